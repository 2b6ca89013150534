"""A run and a network for other programs to go on with: tables, arrays, and scripts for PyTorch and Keras."""

from __future__ import annotations

import os
from collections.abc import Iterator

from vgtui.engine.probe import Probe
from vgtui.engine.record import Evaluation, StepRecord
from vgtui.engine.simulation import Simulation
from vgtui.scenario.errors import UserError
from vgtui.scenario.files import atomic_file

ENDINGS = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".npz": "npz",
    ".keras.py": "keras",
    ".torch.py": "pytorch",
    ".py": "pytorch",
}
"""How a file's name ends -> what is written into it; the longer ending counts."""

KINDS = ("pytorch", "keras", "csv", "jsonl", "npz")

Steps = Iterator[tuple[StepRecord, Evaluation]]


def kind_of(path: str | os.PathLike[str]) -> str | None:
    """What a file of that name holds; None where its ending says nothing."""
    name = os.fspath(path)
    return next((kind for ending, kind in ENDINGS.items() if name.endswith(ending)), None)


def steps_of(sim: Simulation) -> Steps:
    """Every step of the run up to the present, made again on a copy; of an untrained network, its measurement."""
    probe, last = Probe.of(sim), sim.step_index
    probe.seek(0)
    if last == 0:
        yield probe.measure(), probe.evaluate()
    while probe.step_index < last:
        yield probe.step(), probe.evaluate()


def export(sim: Simulation, kind: str, path: str | os.PathLike[str]) -> None:
    """Write the run so far (csv, jsonl, npz), or the network as it stands (pytorch, keras), whole or not at all.

    Raises UserError where that cannot be written or expressed.
    """
    if kind not in KINDS:
        raise UserError(f"cannot export to {kind!r}; there are {', '.join(KINDS)}")
    if kind in ("pytorch", "keras"):
        text = script(sim, kind)
        with atomic_file(path) as file:
            file.write(text.encode())
        return
    from vgtui.analysis.export.steps import CSV_HEADER, csv_lines, jsonl, write_arrays

    with atomic_file(path) as file:
        if kind == "npz":
            write_arrays(file, sim.scenario, steps_of(sim))
            return
        line = csv_lines if kind == "csv" else jsonl
        file.write((CSV_HEADER if kind == "csv" else "").encode())
        for record, evaluation in steps_of(sim):
            file.write(line(record, evaluation).encode())


def script(sim: Simulation, kind: str) -> str:
    """The network as a script for `kind`, pytorch or keras. Raises UserError where it cannot be expressed."""
    from vgtui.analysis.export import keras, pytorch
    from vgtui.analysis.export.network import Network

    network = Network.of(sim)
    return keras.script(network) if kind == "keras" else pytorch.script(network)
