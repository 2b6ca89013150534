"""The network as a script carries it: weights, a batch, and the gradients that the framework is to give for it."""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec.structs import replace

from vgtui.engine.probe import Probe
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import with_network
from vgtui.scenario.errors import UserError
from vgtui.scenario.model import Conv, Dense, Layer, Pool, Scenario

MAX_NUMBERS = 2_000_000
"""Parameters of the largest network that is written into a script."""

SHAKE = 2.0**-44
"""A few hundred roundings of float64."""

OPTIMIZERS = {"sgd": "SGD", "adagrad": "Adagrad", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
"""The classes of the optimisers: PyTorch and Keras call them alike."""

HEAD = '''\
"""{title}, as vgtui had it after {step} updates: its network in {framework}.

Run it: it makes one forward and one backward pass on the batch that vgtui would take next, compares every gradient
with vgtui's, and makes one update. Written by vgtui; it needs {needs}.
"""

import base64
import io
import sys

'''
"""How every script begins."""

TAIL = '''\

DATA = """
{data}
"""
"""Base64 of an NPZ file: parameters, the batch, and vgtui's gradients, shaped as {framework} has them."""

if __name__ == "__main__":
    sys.exit(main())
'''
"""How every script ends."""


@dataclass(frozen=True)
class Network:
    """A network at one moment of its training. Arrays are named and shaped as `Simulation` has them.

    layers      one by one; dropout is in them, but not in the gradients: no framework draws vgtui's masks
    inputs      (rows, *shape), images (rows, channels, height, width); targets (rows, units)
    gradients   of the mean loss of that batch, penalties included, before clipping
    shaken      how far they move, relative to the largest of their layer, where every weight moves by SHAKE of itself
    """

    scenario: Scenario
    layers: tuple[Layer, ...]
    step: int
    loss: float
    inputs: np.ndarray
    targets: np.ndarray
    parameters: Mapping[str, np.ndarray]
    gradients: Mapping[str, np.ndarray]
    shaken: float

    @classmethod
    def of(cls, sim: Simulation) -> Network:
        """The network as it stands, on the batch that comes next; `sim` stays as it is. Raises UserError."""
        scenario = sim.scenario
        if scenario.precision in ("float16", "bfloat16"):
            raise UserError(
                f"{scenario.precision} is emulated by rounding what is stored, which no framework does;"
                " set precision to float32 or float64 first"
            )
        probe = Probe.of(sim)
        numbers = sum(array.size for array in probe.parameters.values())
        if numbers > MAX_NUMBERS:
            raise UserError(
                f"the network has {numbers:,} parameters; a script carries at most {MAX_NUMBERS:,}"
            )
        probe.apply(_without_dropout(scenario))
        record = probe.measure()
        inputs, targets = probe.batch
        parameters, gradients = probe.parameters, probe.gradients
        if not all(np.isfinite(array).all() for array in (*parameters.values(), *gradients.values())):
            raise UserError("a weight or a gradient is no finite number any more; export an earlier step")
        shape = probe.dataset.input_shape
        if len(shape) == 2 and scenario.expanded()[0][1].__struct_config__.tag in ("conv", "pool"):
            shape = (1, *shape)
        return cls(
            scenario=scenario,
            layers=tuple(layer for _, layer in scenario.expanded()),
            step=sim.step_index,
            loss=record.loss,
            inputs=inputs.reshape(len(inputs), *shape),
            targets=targets,
            parameters=parameters,
            gradients=gradients,
            shaken=_shaken(probe, parameters, gradients),
        )

    @property
    def loss_reads(self) -> str:
        """The variable that the loss takes: what enters the last activation where the loss has that in it."""
        last = len(self.layers) - 1
        return f"z{last}" if self.scenario.is_fused else f"x{last + 1}"

    @property
    def tolerance(self) -> float:
        """How far a gradient may be from vgtui's, of the largest of its layer: further in a chaotic network."""
        if self.scenario.numbers != "float64":
            return 1e-3
        return max(1e-8, float(f"{min(self.shaken, 1.0):.0e}"))

    def script(self, body: str, arrays: Mapping[str, np.ndarray], **told: object) -> str:
        """The text of a script. told: what stands at the places of HEAD, TAIL and `body` that are a framework's own."""
        return f"{HEAD}{body}{TAIL}".format(
            title=comment(self.scenario.title).replace("\\", "/").replace('"', "'"),
            step=self.step,
            numbers=self.scenario.numbers,
            vgtui_loss=f"{self.loss:.10g}",
            data=embedded(arrays),
            **told,
        )

    def passed(self, number: int, layer: Dense | Conv) -> str:
        """What layer `number` passes on, of its activation and of what it skips."""
        if layer.skip is None:
            return f"a{number}"
        scale = "" if layer.skip_scale == 1 else f"{layer.skip_scale!r} * "
        return f"x{number + 1 - layer.skip} + {scale}a{number}"


def _shaken(probe: Probe, parameters: Mapping[str, np.ndarray], gradients: Mapping[str, np.ndarray]) -> float:
    """See Network; the probe's parameters are others from then on."""
    probe.set_parameters({name: array * (1.0 + SHAKE) for name, array in parameters.items()})
    probe.measure()
    largest: dict[str, float] = {}
    for name, array in gradients.items():
        layer = name.partition(".")[0]
        largest[layer] = max(largest.get(layer, 0.0), float(np.abs(array).max(initial=0.0)))
    smallest = float(np.finfo(probe.scenario.numbers).tiny)
    moved = [
        np.abs(array - gradients[name]).max(initial=0.0) / max(largest[name.partition(".")[0]], smallest)
        for name, array in probe.gradients.items()
    ]
    finite = [float(one) for one in moved if np.isfinite(one)]
    return max(finite, default=0.0)


def _without_dropout(scenario: Scenario) -> Scenario:
    network = [
        layer if isinstance(layer, Pool) else replace(layer, dropout=0.0, repeat=1)
        for _, layer in scenario.expanded()
    ]
    return with_network(scenario, [replace(layer, repeat=1) for layer in network])


def embedded(arrays: Mapping[str, np.ndarray]) -> str:
    """Arrays as lines of base64 of an NPZ file, for a script to carry."""
    file = io.BytesIO()
    keyed: dict[str, Any] = dict(arrays)
    np.savez_compressed(file, **keyed)
    return "\n".join(textwrap.wrap(base64.b64encode(file.getvalue()).decode(), 100))


def comment(text: str) -> str:
    """A text of a user as one line that cannot end a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
