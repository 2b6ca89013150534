"""Simulation: the one object that the rest talks to. It knows nothing of any screen."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from operator import index
from pathlib import Path
from typing import Any, Self

import numpy as np

from vgtui import data
from vgtui.data import allowance
from vgtui.engine import session
from vgtui.engine.batches import Batches
from vgtui.engine.door import Door
from vgtui.engine.history import History, Segment, Snapshot, stride_of
from vgtui.engine.limits import HISTORY_MEGABYTES
from vgtui.engine.network import Network
from vgtui.engine.operations.places import BACKWARD, LEARN, TRAINING
from vgtui.engine.record import Evaluation, StepRecord
from vgtui.engine.rehearsal import Rehearsal
from vgtui.engine.schedules import learning_rates
from vgtui.engine.signals import handed_on
from vgtui.engine.table import PARAMETERS, SUMMARY
from vgtui.engine.tangents import Moved, Tangent, push
from vgtui.engine.targets import encode_targets
from vgtui.engine.times import read_times
from vgtui.engine.views import Views
from vgtui.scenario.model import Scenario
from vgtui.scenario.text import checked

EVALUATION_ROWS = 256  # samples that are evaluated at once, where
EVALUATION_NUMBERS = 2**22  # their tensors hold no more than this
LONGEST_CALL = 1024  # training steps for which batches are laid out at once: more only take fresh memory


class Simulation(Views):
    """A network in training: step it, look at it, go back, edit it while it runs.

    `folder` is where a relative `data.file` is looked for. `history_megabytes` is what the keyframes may take by
    which past steps are reached again; with less, going back takes longer. Raises ScenarioError or DataError when
    the scenario does not hold together with its data.

    `notes` are what a program keeps with a session for itself, under names of its own, as JSON has it; `noted` are
    arrays beside them, each flat, of float64 or uint8.
    """

    def __init__(
        self,
        scenario: Scenario,
        folder: str | Path | None = None,
        *,
        history_megabytes: float = HISTORY_MEGABYTES,
    ) -> None:
        self._folder = None if folder is None else Path(folder)
        self._history = History(history_megabytes)
        self.notes: dict[str, Any] = {}
        self.noted: dict[str, np.ndarray] = {}
        self._step = 0
        self.begin_again(scenario)

    # -- running ------------------------------------------------------------------------------------------

    def step(self, count: int = 1) -> StepRecord:
        """Make `count` updates and return the record of the last. After going back, replays the timeline first."""
        count = index(count)
        if count < 1:
            raise ValueError(f"count must be at least 1, not {count}")
        goal = self._step + count
        while self._step < goal:
            stop = min(goal, self._step + LONGEST_CALL)
            stop = self._history.next_stop(self._step, stop)
            record = self._run(stop - self._step, learn=True)
            following = self._history.at(stop)
            if following is not self._segment:
                self._enter(following, following.keyframes[stop], stop)
            else:
                self._history.keep(following, stop, self._snapshot)
        return record

    def measure(self) -> StepRecord:
        """Forward and backward on the next batch, without an update: changes nothing but the latest pass."""
        return self._run(1, learn=False)

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """The network's answers (samples, units) to inputs (samples, features), in inference mode."""
        return self._observer().answer(self._inward(inputs))[0]

    def hidden(self, inputs: np.ndarray, layer: int) -> np.ndarray:
        """What a layer hands on, (samples, numbers), of inputs (samples, features), in inference mode."""
        return handed_on(self._observer(), self._inward(inputs), layer)

    def _inward(self, inputs: np.ndarray) -> np.ndarray:
        """As the engine takes them. Raises ValueError for another number of features than the data has."""
        rows = np.ascontiguousarray(inputs, np.float64)
        features = self._dataset.train_inputs.shape[1]
        if rows.ndim != 2 or rows.shape[1] != features:
            raise ValueError(f"inputs must be (samples, {features}), not {rows.shape}")
        return self._door.inward(rows)

    def evaluate(self) -> Evaluation:
        """Loss, penalties included, and accuracy over all training and all test data, in inference mode."""
        observer = self._observer()
        results = []
        for inputs, targets in zip(self._inputs, self._targets, strict=True):
            _, loss, right = observer.answer(inputs, targets) if len(inputs) else (None, math.nan, math.nan)
            results += [loss, right if self._dataset.class_names and not math.isnan(loss) else math.nan]
        return Evaluation(*results)

    # -- time ---------------------------------------------------------------------------------------------

    def back(self, count: int = 1) -> StepRecord | None:
        """Go `count` updates back (at most to the beginning); the record of the step that is reached."""
        if index(count) < 0:
            raise ValueError(f"count must not be negative, as {count} is")
        return self.seek(max(self._step - count, 0))

    def seek(self, step: int) -> StepRecord | None:
        """Go to a step of this branch, bit-identical to having stepped there; beyond its end, step on.

        Returns that step's record; None where a segment begins (the start, or an edit), which no update led to.
        """
        step = index(step)  # raises TypeError before anything has moved
        if step < 0:
            raise ValueError(f"there is no step {step}")
        return self._record if step == self._step else self._go_to(step)

    def _go_to(self, step: int) -> StepRecord | None:
        reached = min(step, self._history.last_step)
        segment = self._history.at(reached)
        if segment.start == reached:
            self._enter(segment, segment.keyframes[reached], reached)
        else:
            segment, keyframe, snapshot = self._history.before(reached)
            if segment is not self._segment or not keyframe <= self._step < reached:
                self._enter(segment, snapshot, keyframe)
        return self.step(step - self._step) if step > self._step else None

    def return_to(self, branch: int) -> StepRecord | None:
        """Go to the last step of another branch, bit-identical to how it was left; the record as `seek` gives it.

        Raises ValueError for a number that `branches` does not have.
        """
        self._history.choose(branch)
        return self._go_to(self.last_step)

    def leave(self) -> bool:
        """Where edits lie ahead, start a branch without them; whether it did."""
        now = self._segment
        if now is self._history.segments[-1]:
            return False
        self._begin(now.base_step, now.base_epoch)
        return True

    def limit_history(self, megabytes: float) -> None:
        """Keep the keyframes within another budget from now on."""
        self._history.limit(megabytes)

    # -- edits --------------------------------------------------------------------------------------------

    def apply(self, scenario: Scenario) -> None:
        """Move to another scenario here and now, keeping every weight and moment whose shape still fits.

        Where steps lie ahead, this starts a branch, and `return_to` leads back to them. Raises ScenarioError or
        DataError and leaves all as it was.
        """
        allowance.check_memory(
            self._history.fixed_bytes, "what the edits so far keep for going back", "layers"
        )
        old, before = self._network, self.scenario
        epoch, batches = self.epoch, self._batches
        self._prepare(scenario)
        self._network.draw(self._first_batch())
        same_optimizer = scenario.training.optimizer == before.training.optimizer
        self._network.inherit(old, keep_moments=same_optimizer)
        if not same_optimizer:
            self._moments_from = self._step - self._network.skipped
        base_step, base_epoch = self._segment.base_step, self._segment.base_epoch
        if not batches.same_as(self._batches):
            base_step, base_epoch = self._step, float(math.ceil(epoch))
        self._begin(base_step, base_epoch)

    def begin_again(self, scenario: Scenario) -> None:
        """Be at the first draw of a scenario; where steps were made, on a branch of its own. Raises as `apply`."""
        self._prepare(scenario)
        self._network.draw(self._first_batch())
        self._step = self._moments_from = 0
        self._begin(0, 0.0)

    def set_parameters(self, values: Mapping[str, np.ndarray]) -> None:
        """Set parameters by name, as `parameters` names them. Raises ValueError for a wrong name or shape."""
        known = {p.name: p for p in self._network.program.parameters}
        checked = {}
        for name, given in values.items():
            if name not in known:
                raise ValueError(f"there is no parameter {name!r}; there are {', '.join(known)}")
            array = np.asarray(given, np.float64)
            if array.shape != known[name].shape:
                raise ValueError(f"{name} has shape {known[name].shape}, not {array.shape}")
            checked[name] = array
        for name, array in checked.items():
            known[name].pack(array, self._network.memory.view(PARAMETERS))
        now = self._segment
        self._begin(now.base_step, now.base_epoch)

    # -- sessions -----------------------------------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Save the session: scenario, weights, moments, time and edits, in one file written atomically."""
        self.capture()(Path(path))

    def capture(self) -> Callable[..., None]:
        """What writes the session as it is now to a path, in any thread, while this one goes on: `session.write`."""
        folder = Path.cwd() if self._folder is None else self._folder
        return partial(
            session.write,
            history=self._history.copy(),
            step=self._step,
            current=self._snapshot(),
            folder=folder,
            notes=dict(self.notes),
            noted=dict(self.noted),
        )

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        history_megabytes: float = HISTORY_MEGABYTES,
        inside: bytes | None = None,
    ) -> Self:
        """Go on with a saved session, or with one that was kept `inside` of it, bit for bit, its last record too.

        Raises SessionError for a file that is not a whole session.
        """
        self = cls.__new__(cls)

        def count(scenario: Scenario, folder: Path | None) -> session.Counts:
            self._folder = folder
            self._prepare(scenario)
            program = self._network.program
            return session.Counts(program.parameter_count, program.running_count, self._stride())

        saved = session.read(Path(path), count, inside)
        self._history = History.of(saved.courses, saved.course, history_megabytes)
        self.notes, self.noted = saved.notes, saved.arrays
        self._enter(saved.present, saved.current, saved.step)
        self._replay(saved)
        return self

    def _replay(self, saved: session.Saved) -> None:
        """Make the last update again, so that there is its record; where it leads elsewhere, be as was saved."""
        if saved.present.start == saved.step:
            return
        segment, keyframe, snapshot = self._history.before(saved.step)
        if saved.step - keyframe > segment.stride:
            return
        self._enter(segment, snapshot, keyframe)
        self.step(saved.step - keyframe)
        if not self._snapshot().same_as(saved.current):
            self._enter(saved.present, saved.current, saved.step)

    # -- for the analysis ---------------------------------------------------------------------------------

    def push(
        self, layer: int, row: int, column: int, sample: int | None = None, one_use: Moved | None = None
    ) -> Tangent:
        """How the answer moves when one weight moves, in the latest pass, or only `one_use` of it.

        With `sample` only that row of the batch is moved, unless batch normalisation ties the rows together, and
        the loss is that sample's own.
        """
        return push(self._network, self._pass(), layer, row, column, sample, one_use)

    def rehearse(self) -> Rehearsal:
        """The next update, on the batch that it would take, in a memory of its own: nothing here changes."""
        network = Network(self.scenario, self._door.shape(self.scenario), self._batches.batch_size)
        network.initial = self._network.initial
        network.restore(self._snapshot())
        order, batches, rates, count = self._plan(1)
        chosen = order[batches[0, 0] : batches[0].sum()]
        return Rehearsal(network, self._inputs[0][chosen], self._targets[0][chosen], rates, self._step, count)

    # -- inside -------------------------------------------------------------------------------------------

    def _prepare(self, scenario: Scenario) -> None:
        """Load the data and compile the network of a scenario; all or nothing."""
        scenario = checked(scenario)
        dataset = data.load(scenario.data, scenario.data_seed, self._folder)
        targets = encode_targets(scenario, dataset)
        samples = len(dataset.train_inputs)
        size = scenario.training.batch_size
        batches = Batches(scenario.seed, samples, samples if size == "full" else size)
        door = Door(dataset.input_shape)
        network = Network(scenario, door.shape(scenario), batches.batch_size)
        self._door, self._inputs = door, (door.inward(dataset.train_inputs), door.inward(dataset.test_inputs))
        self._dataset, self._targets, self._batches, self._network = dataset, targets, batches, network
        self._watcher: Network | None = None
        self._record: StepRecord | None = None
        self._rows = 0

    def _first_batch(self) -> np.ndarray:
        order, batches = self._batches.plan(0, 1)
        return np.ascontiguousarray(self._inputs[0][order[: batches[0, 1]]])

    def _begin(self, base_step: int, base_epoch: float) -> None:
        """Start a segment here and now, under the scenario that is prepared."""
        initial, stride = self._network.initial, self._stride()
        self._segment = Segment(self._network.scenario, self._step, base_step, base_epoch, initial, stride)
        self._history.begin(self._segment, self._snapshot())
        self._record, self._rows = None, 0

    def _stride(self) -> int:
        """Steps between two keyframes of the scenario that is prepared."""
        program = self._network.program
        return stride_of(self._batches.batch_size * (program.columns + program.parameter_count // 8))

    def _enter(self, segment: Segment, snapshot: Snapshot, step: int) -> None:
        """Be where the timeline was: this segment, this state, this step."""
        if segment.scenario != self._network.scenario:
            self._prepare(segment.scenario)
        self._network.initial = segment.initial
        self._network.restore(snapshot)
        self._segment, self._step, self._moments_from = segment, step, snapshot.moments_from
        self._record, self._rows = None, 0

    def _snapshot(self) -> Snapshot:
        return self._network.snapshot(self._moments_from)

    def _observer(self) -> Network:
        """A second memory for inference, so that the latest pass stays whole; brought up to date."""
        if self._watcher is None:
            rows = max(1, min(EVALUATION_ROWS, EVALUATION_NUMBERS // self._network.program.columns))
            self._watcher = Network(self.scenario, self._door.shape(self.scenario), rows)
        self._watcher.follow(self._network)
        return self._watcher

    def _plan(self, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
        """(order, batches, rates, number of the first) of the next `count` updates, as `Network.run` takes them."""
        segment = self._segment
        local = int(segment.base_epoch) * self._batches.per_epoch + self._step - segment.base_step
        order, batches = self._batches.plan(local, count)
        rates = learning_rates(self.scenario.training, self._step, count)
        return order, batches, rates, self._step + 1 - self._moments_from

    def _run(self, count: int, *, learn: bool) -> StepRecord:
        order, batches, rates, first_count = self._plan(count)
        before = self._step
        losses = self._network.run(
            self._inputs[0],
            self._targets[0],
            order,
            batches,
            rates,
            first_step=self._step,
            first_count=first_count,
            flags=TRAINING | BACKWARD | (LEARN if learn else 0),
            stops=[due - before for due in self._segment.due(before, before + count)],
            pause=lambda done, loss: self._pause(before + done, loss),
        )
        if learn:
            self._reach(before + count, float(losses[-1]))
        self._rows = int(batches[-1, 1])
        self._record = self._make_record(float(losses[-1]), float(rates[-1]))
        return self._record

    def _reach(self, step: int, loss: float) -> None:
        self._step = step
        self._history.reached(step, loss)

    def _pause(self, step: int, loss: float) -> None:
        """A keyframe in the midst of a run."""
        self._reach(step, loss)
        self._history.keep(self._segment, step, self._snapshot)

    def _make_record(self, loss: float, rate: float) -> StepRecord:
        memory = self._network.memory
        measures = memory.measures.copy()
        measures.flags.writeable = False
        accuracy, gradient_log10, clip_scale, loss_scale = memory.view(SUMMARY).tolist()
        return StepRecord(
            step=self._step,
            epoch=self.epoch,
            loss=loss,
            accuracy=accuracy if self._dataset.class_names and not math.isnan(loss) else math.nan,
            learning_rate=rate,
            gradient_log10=gradient_log10,
            clip_scale=clip_scale,
            names=self._network.program.names,
            measures=measures,
            weightless=self._network.program.weightless,
            times=read_times(self._network),
            loss_scale=2.0**loss_scale,
            skipped=self._network.skipped,
        )
