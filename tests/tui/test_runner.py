"""The engine's thread without a screen: what is asked for, and what the next frames show of it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

import vgtui
from vgtui.scenario.edit import set_value
from vgtui.scenario.model import Scenario
from vgtui.tui.frame import Frame
from vgtui.tui.runner import Runner


class Watched:
    """A runner with its frames counted; `until` waits for one that fits."""

    def __init__(self, scenario: Scenario, **options: object) -> None:
        self.news = threading.Condition()
        self.count = 0
        self.runner = Runner(scenario, self._on_news, **options)
        self.runner.start()

    def _on_news(self) -> None:
        with self.news:
            self.count += 1
            self.news.notify_all()

    def until(self, fits: Callable[[Frame], bool], timeout: float = 60.0) -> Frame:
        with self.news:
            assert self.news.wait_for(lambda: fits(self.runner.frame), timeout), self.runner.frame
            return self.runner.frame

    def answer(self, ask: Callable[[], object]) -> Frame:
        """The first frame after something was asked for while paused."""
        serial = self.runner.frame.serial
        ask()
        return self.until(lambda frame: frame.serial > serial)


@pytest.fixture
def opened() -> Iterator[Callable[..., Watched]]:
    every: list[Watched] = []

    def open_it(scenario: Scenario | str = "keras-moons", **options: object) -> Watched:
        loaded = vgtui.load_scenario(scenario) if isinstance(scenario, str) else scenario
        every.append(Watched(loaded, **options))
        every[-1].until(lambda frame: frame.loaded or frame.status == "failed")
        return every[-1]

    yield open_it
    for watched in every:
        assert watched.runner.stop()


def activation(frame: Frame) -> str:
    return frame.scenario.layers[0].activation


def to_tanh(scenario: Scenario) -> Scenario:
    return set_value(scenario, "layers[0].activation", "tanh")


def test_the_first_frame_measures_the_gradient_before_any_step(opened):
    frame = opened().runner.frame
    assert (frame.status, frame.record.step) == ("paused", 0)
    assert frame.record.layers[0].weight_grad_norm < 1e-4 * frame.record.layers[-1].weight_grad_norm
    assert frame.evaluation.train_loss > 0
    assert frame.chain is not None
    assert len(frame.weights) == 9


def test_a_frame_shows_the_numbers_of_the_simulation_bit_for_bit(opened):
    watched = opened()
    frame = watched.answer(lambda: watched.runner.step(25))
    simulation = vgtui.Simulation(vgtui.load_scenario("keras-moons"))
    record = simulation.step(25)
    assert frame.record.step == 25
    np.testing.assert_array_equal(frame.record.measures, record.measures)
    assert frame.evaluation == simulation.evaluate()
    assert frame.chain == vgtui.chain_rule(simulation, 0, 0, 1)


def test_stepping_back_gives_the_very_record_again_and_cuts_the_curve(opened):
    watched = opened()
    before = watched.answer(lambda: watched.runner.step(1))
    watched.answer(lambda: watched.runner.step(1))
    frame = watched.answer(lambda: watched.runner.back(1))
    assert frame.record.step == 1
    np.testing.assert_array_equal(frame.record.measures, before.record.measures)
    assert frame.curve.step.tolist() == [0, 1]
    assert frame.last_step == 2


def test_running_goes_on_until_it_is_paused_and_says_how_fast(opened):
    watched = opened()
    watched.runner.toggle()
    running = watched.until(lambda frame: frame.record.step > 20)
    assert running.status == "running"
    assert running.steps_per_second > 0
    watched.runner.toggle()
    paused = watched.until(lambda frame: frame.status == "paused")
    time.sleep(0.1)
    assert watched.runner.frame is paused
    assert paused.steps_per_second == 0


def test_the_chosen_speed_is_kept(opened):
    watched = opened()
    while watched.runner.speed != 10:
        watched.runner.change_speed(-1)
    began = time.perf_counter()
    watched.runner.toggle()
    frame = watched.until(lambda frame: frame.record.step >= 5)
    assert frame.record.step <= 10 * (time.perf_counter() - began) + 1


def test_at_full_speed_frames_stay_few_and_steps_are_many(opened):
    watched = opened(replace_epochs(vgtui.load_scenario("keras-moons"), 100_000))
    at_full_speed(watched)
    watched.runner.toggle()
    watched.until(lambda frame: frame.status == "running")
    began, frames = time.perf_counter(), watched.count
    assert any(steps_a_second(watched) > 1000 for _ in range(30))
    assert watched.count - frames <= 21 * (time.perf_counter() - began) + 1


def at_full_speed(watched: Watched) -> None:
    while watched.runner.speed is not None:
        watched.runner.change_speed(1)


def steps_a_second(watched: Watched) -> float:
    """Over some tenths of a second."""
    began, step = time.perf_counter(), watched.runner.frame.record.step
    time.sleep(0.4)
    return (watched.runner.frame.record.step - step) / (time.perf_counter() - began)


def replace_epochs(scenario: Scenario, epochs: int) -> Scenario:
    return set_value(scenario, "training.epochs", epochs)


def test_the_run_pauses_where_the_scenario_ends_and_can_go_on(opened):
    watched = opened(replace_epochs(vgtui.load_scenario("keras-moons"), 3))
    watched.runner.toggle()
    frame = watched.until(lambda frame: frame.status == "paused" and frame.record.step > 0)
    assert (frame.record.step, frame.record.epoch) == (21, 3.0)
    assert frame.message.startswith("3 epochs done")
    watched.runner.toggle()
    watched.until(lambda frame: frame.record.step > 21)


def test_a_run_of_some_steps_ends_there(opened):
    watched = opened()
    watched.answer(lambda: watched.runner.step(500))
    watched.runner.run(13)
    frame = watched.until(lambda frame: frame.status == "paused" and frame.record.step > 500)
    assert frame.record.step == 513


def test_where_a_run_stands_still_the_loss_is_that_of_its_very_step(opened, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vgtui.tui.experiment.EVALUATION_SHARE", 1e-9)
    watched = opened()
    at_full_speed(watched)
    watched.runner.run(307)
    frame = watched.until(lambda frame: frame.status == "paused" and frame.record.step == 307)
    alone = vgtui.Simulation(vgtui.load_scenario("keras-moons"))
    alone.step(307)
    assert frame.evaluation == alone.evaluate()
    assert frame.curve.step[-1] == 307


def test_a_loss_that_is_nan_pauses_at_its_first_step_and_back_mends_it(opened):
    watched = opened("explodes")
    watched.runner.toggle()
    frame = watched.until(lambda frame: frame.status == "paused" and frame.record.step > 0)
    assert math.isnan(frame.record.loss)
    assert frame.message.startswith(f"loss is nan at step {frame.record.step}; b steps back: update ")
    assert "weight @ x + bias gave " in frame.message
    assert not math.isnan(watched.answer(lambda: watched.runner.back(1)).record.loss)


def test_a_nan_far_into_a_run_is_found_at_its_first_step_too(opened):
    tame = set_value(vgtui.load_scenario("explodes"), "training.learning_rate", 1e-9)
    watched = opened(tame)
    watched.answer(lambda: watched.runner.step(600))
    watched.answer(lambda: watched.runner.edit(lambda s: set_value(s, "training.learning_rate", 0.1)))
    watched.runner.toggle()
    frame = watched.until(lambda frame: frame.status == "paused" and frame.record.step > 600)
    assert math.isnan(frame.record.loss)
    assert not math.isnan(watched.answer(lambda: watched.runner.back(1)).record.loss)


def test_an_edit_takes_effect_while_running_and_keeps_the_run(opened):
    watched = opened()
    watched.runner.toggle()
    step = watched.until(lambda frame: frame.record.step > 3).record.step
    watched.runner.edit(to_tanh)
    frame = watched.until(lambda frame: activation(frame) == "tanh")
    assert frame.status == "running"
    assert frame.record.step >= step


def test_undo_and_redo_walk_through_the_edits(opened):
    watched = opened()
    watched.answer(lambda: watched.runner.edit(to_tanh))
    watched.answer(lambda: watched.runner.edit(lambda s: set_value(s, "training.optimizer", "sgd")))
    assert watched.answer(watched.runner.undo).scenario.training.optimizer == "adam"
    assert activation(watched.answer(watched.runner.undo)) == "sigmoid"
    assert watched.answer(watched.runner.undo).message == "nothing to undo"
    assert activation(watched.answer(watched.runner.redo)) == "tanh"
    assert watched.answer(watched.runner.redo).scenario.training.optimizer == "sgd"


def test_an_edit_that_does_not_hold_changes_nothing_and_says_why(opened):
    watched = opened()
    frame = watched.answer(lambda: watched.runner.edit(lambda s: set_value(s, "layers[0].skip", 3)))
    assert frame.scenario == vgtui.load_scenario("keras-moons")
    (notice,) = watched.runner.take_notices(watched.runner.frame.serial)
    assert notice.severity == "error"
    assert "skip" in notice.text
    assert "\n" not in notice.text
    assert watched.answer(lambda: watched.runner.step(1)).record.step == 1


def test_of_several_edits_the_first_that_holds_is_made(opened):
    watched = opened()
    frame = watched.answer(
        lambda: watched.runner.edit(lambda s: set_value(s, "layers[0].activation", "softmax"), to_tanh)
    )
    assert activation(frame) == "tanh"
    assert watched.runner.take_notices(watched.runner.frame.serial) == []


def test_restart_keeps_the_edits_and_draws_the_same_weights(opened):
    watched = opened()
    watched.answer(lambda: watched.runner.edit(to_tanh))
    first = watched.answer(watched.runner.restart)
    watched.answer(lambda: watched.runner.step(5))
    again = watched.answer(watched.runner.restart)
    assert (again.record.step, activation(again)) == (0, "tanh")
    np.testing.assert_array_equal(again.record.measures, first.record.measures)
    assert len(again.curve.step) == 1


def test_the_next_seed_draws_other_weights_and_can_be_undone(opened):
    watched = opened()
    first = watched.runner.frame
    watched.answer(lambda: watched.runner.step(5))
    frame = watched.answer(watched.runner.next_seed)
    other = vgtui.Simulation(replace(vgtui.load_scenario("keras-moons"), seed=43)).measure()
    np.testing.assert_array_equal(frame.record.measures, other.measures)
    undone = watched.answer(watched.runner.undo)
    np.testing.assert_array_equal(undone.record.measures, first.record.measures)


def test_the_chain_rule_follows_the_chosen_weight_and_stays_within_the_network(opened):
    watched = opened()
    frame = watched.answer(lambda: watched.runner.choose_weight(3, 4, 5))
    assert (frame.chain.layer, frame.chain.row, frame.chain.column) == (3, 4, 5)
    frame = watched.answer(lambda: watched.runner.choose_weight(99, 99, 99, 2))
    assert (frame.chain.layer, frame.chain.row, frame.chain.column, frame.chain.sample) == (8, 0, 9, 2)
    frame = watched.answer(lambda: watched.runner.edit(lambda s: replace(s, layers=(s.layers[1],))))
    assert (frame.chain.layer, frame.chain.column) == (0, 1)


def test_the_chain_rule_is_of_one_use_of_a_shared_weight_and_of_no_other_weight(opened):
    watched = opened("rnn-forgets")
    frame = watched.answer(lambda: watched.runner.choose_weight(0, 0, 12, None, 99))
    assert (frame.chain.place, frame.chain.uses) == (39, 40)
    frame = watched.answer(lambda: watched.runner.choose_weight(1, 0, 0, None, 39))
    assert (frame.chain.place, frame.chain.uses) == (None, 1)


def test_a_fault_in_the_engine_is_told_and_does_not_end_the_thread(opened):
    watched = opened()

    def break_it(scenario: Scenario) -> Scenario:
        raise ZeroDivisionError("the sky fell")

    frame = watched.answer(lambda: watched.runner.edit(break_it))
    assert (frame.status, frame.message) == ("failed", "ZeroDivisionError: the sky fell")
    assert "break_it" in watched.runner.failure
    assert watched.answer(lambda: watched.runner.step(1)).status == "paused"


def test_what_there_is_no_memory_for_is_told_and_is_no_fault(opened):
    watched = opened()

    def take_much(scenario: Scenario) -> Scenario:
        raise MemoryError("Unable to allocate 9 TB")

    frame = watched.answer(lambda: watched.runner.edit(take_much))
    assert (frame.status, frame.message) == ("paused", "out of memory: Unable to allocate 9 TB")
    assert not watched.runner.failure


def test_a_scenario_that_cannot_begin_is_told_and_another_can_be_opened(opened):
    bad = set_value(vgtui.load_scenario("keras-moons"), "data.source", "sine")
    watched = opened(bad)
    assert watched.runner.frame.status == "failed"
    assert [notice.severity for notice in watched.runner.take_notices(watched.runner.frame.serial)] == [
        "error"
    ]
    watched.answer(lambda: watched.runner.step(1))
    watched.runner.open(vgtui.load_scenario("relu-he"))
    assert watched.until(lambda frame: frame.record is not None).scenario.title.startswith("The same")


def test_a_session_is_saved_and_gone_on_with(opened, tmp_path: Path):
    watched = opened()
    watched.answer(lambda: watched.runner.step(10))
    path = tmp_path / "run.vgtui"
    watched.answer(lambda: watched.runner.save(path))
    expected = watched.answer(lambda: watched.runner.step(5))
    resumed = opened(session=path)
    assert resumed.runner.frame.record.step == 10
    frame = resumed.answer(lambda: resumed.runner.step(5))
    np.testing.assert_array_equal(frame.record.measures, expected.record.measures)


def test_a_session_that_cannot_be_read_leaves_the_run_as_it_was(opened, tmp_path: Path):
    watched = opened()
    watched.answer(lambda: watched.runner.step(2))
    bad = tmp_path / "bad.vgtui"
    bad.write_bytes(b"not a session")
    frame = watched.answer(lambda: watched.runner.load(bad))
    assert frame.record.step == 2
    assert str(bad) in watched.runner.take_notices(watched.runner.frame.serial)[0].text


def test_the_curve_is_bounded_and_in_order(opened, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("vgtui.tui.experiment.EVALUATION_SHARE", 1.0)
    monkeypatch.setattr("vgtui.tui.experiment.EVALUATION_PAUSE", 0.0)
    watched = opened(replace_epochs(vgtui.load_scenario("width-1"), 2**31 - 1))
    at_full_speed(watched)
    watched.runner.toggle()
    frame = watched.until(lambda frame: frame.record.step > 5000 and len(frame.curve.step) > 100)
    assert len(frame.curve.step) <= 2000
    assert (np.diff(frame.curve.step) > 0).all()
    with pytest.raises(ValueError, match="read-only"):
        frame.curve.step[0] = 1.0


def test_requests_made_before_the_engine_is_there_are_answered_in_order():
    watched = Watched(vgtui.load_scenario("keras-moons"))
    watched.runner.step(2)
    watched.runner.step(3)
    watched.until(lambda frame: frame.record is not None and frame.record.step == 5)
    assert watched.runner.stop()
