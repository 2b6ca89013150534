"""Session files: a run goes on with the same bits, and nothing that is not one is taken for one."""

from __future__ import annotations

import errno
import io
import json
import os
import pickle
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vgtui
from tests.engine.networks import LINEAR_OUT, SIGMOID_OUT, bits, scenario, simulation, told
from tests.engine.strategies import examples, scenarios
from vgtui.data import allowance
from vgtui.engine.record import TimeRecord
from vgtui.engine.simulation import Simulation
from vgtui.scenario.errors import SessionError, UserError
from vgtui.scenario.model import Conv, Dense, Gru, Lstm, Pool, Rnn, Scenario

LAYERS = (Dense(units=4, activation="tanh", normalization="batch"), SIGMOID_OUT)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session with an edit in its past and steps ahead."""
    path = tmp_path_factory.mktemp("session") / "run.vgtui"
    sim = simulation(*LAYERS, source="moons", batch_size=5)
    sim.step(40)
    sim.apply(msgspec.structs.replace(sim.scenario, layers=(LAYERS[0], LAYERS[0], LAYERS[1])))
    sim.step(50)
    sim.back(7)
    sim.save(path)
    return path


@given(scenarios(), scenarios(), st.integers(0, 70), st.integers(0, 70), st.integers(0, 20))
@examples(30)
def test_a_loaded_session_goes_on_with_the_same_bits(
    tmp_path_factory: pytest.TempPathFactory, first: Scenario, second: Scenario, a: int, b: int, back: int
) -> None:
    path = tmp_path_factory.mktemp("session") / "run.vgtui"
    sim = Simulation(first)
    sim.seek(a)
    sim.apply(second)
    sim.seek(a + b)
    sim.back(min(back, b))
    sim.save(path)
    loaded = Simulation.load(path)
    assert loaded.scenario == sim.scenario
    assert (loaded.step_index, loaded.last_step) == (sim.step_index, sim.last_step)
    assert all((loaded.initial_parameters[n] == v).all() for n, v in sim.initial_parameters.items())
    assert bits(loaded) == bits(sim)
    assert told(loaded.step(9)) == told(sim.step(9))
    assert bits(loaded) == bits(sim)
    loaded.seek(a // 2)
    sim.seek(a // 2)
    assert bits(loaded) == bits(sim)
    loaded.seek(a + b + 3)
    sim.seek(a + b + 3)
    assert bits(loaded) == bits(sim)


IMAGES = scenario(
    Conv(filters=3, activation="tanh", normalization="batch"),
    Conv(filters=3, activation="prelu", skip=1),
    Pool(),
    Dense(units=10, activation="softmax"),
    source="digits",
    data={"samples": 40, "noise": 0.0},
    loss="cross_entropy",
    batch_size=12,
)
SEQUENCES = scenario(
    Lstm(units=3, return_sequences=True, forget_bias=1.0),
    Gru(units=4, return_sequences=True, truncate=3),
    Rnn(units=2),
    LINEAR_OUT,
    source="adding",
    data={"samples": 20, "noise": 0.0, "length": 9},
    loss="mean_squared_error",
    batch_size=6,
)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
@pytest.mark.parametrize("chosen", [IMAGES, SEQUENCES], ids=["images", "sequences"])
def test_networks_of_images_and_of_sequences_go_on_with_the_same_bits(
    chosen: Scenario, optimizer: str, tmp_path: Path
) -> None:
    training = msgspec.structs.replace(chosen.training, optimizer=optimizer)
    sim = Simulation(msgspec.structs.replace(chosen, training=training))
    sim.step(71)
    sim.save(tmp_path / "run.vgtui")
    loaded = Simulation.load(tmp_path / "run.vgtui")
    assert bits(loaded) == bits(sim)
    for way in (lambda s: s.step(), lambda s: s.step(70), lambda s: s.back(100), lambda s: s.seek(30)):
        ours, theirs = way(sim), way(loaded)
        assert told(ours) == told(theirs)
        assert [times_of(one) for one in ours.times] == [times_of(one) for one in theirs.times]
        assert bits(loaded) == bits(sim)
    untrained = Simulation(sim.scenario).parameters
    assert all((value != untrained[name]).any() for name, value in sim.parameters.items())


def times_of(record: TimeRecord) -> list[bytes]:
    """All that a recurrent layer measured through time."""
    arrays = [record.hidden_log10, record.cell_log10, record.forget_product, *record.gates.values()]
    return [array.tobytes() for array in arrays if array is not None]


def refused(path: Path) -> str:
    """The one line with which a file is refused."""
    with pytest.raises(SessionError) as caught:
        Simulation.load(path)
    return complaint(caught.value, path)


def complaint(error: SessionError, path: Path) -> str:
    """What an error says of a file; fails where that is not one line."""
    line = str(error)
    assert "\n" not in line
    assert line.startswith(str(path))
    assert len(line) < len(str(path)) + 300
    said = line.removeprefix(f"{path}: ")
    assert said
    return said


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def array(values: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def described(saved: Path) -> dict[str, Any]:
    return json.loads(np.load(saved)["meta"].tobytes())


def with_meta(saved: Path, path: Path, meta: Any) -> Path:
    """The session with another description."""
    text = json.dumps(meta).encode() if not isinstance(meta, bytes) else meta
    return written(path, {**members(saved), "meta.npy": array(np.frombuffer(text, np.uint8))})


def test_a_session_holds_no_pickle_and_its_scenario_as_toml(saved: Path) -> None:
    with np.load(saved, allow_pickle=False) as archive:
        for name in archive.files:
            assert archive[name].dtype.kind in "fu"
    assert 'activation = "tanh"' in described(saved)["segments"][0]["scenario"]


def test_a_file_cut_short_anywhere_is_refused_in_one_line(saved: Path, tmp_path: Path) -> None:
    whole, path = saved.read_bytes(), tmp_path / "cut.vgtui"
    for size in [0, 1, 10, *range(50, len(whole) - 1, len(whole) // 40), len(whole) - 1]:
        path.write_bytes(whole[:size])
        assert refused(path)


@given(st.integers(0, 2**32))
@examples(100)
def test_altered_bytes_are_refused_or_do_no_harm(saved: Path, seed: int) -> None:
    """A byte in a place that zip does not check (a date, an attribute) may pass; then the run is the same run."""
    random = np.random.default_rng(seed)
    content = np.frombuffer(saved.read_bytes(), np.uint8).copy()
    for place in random.integers(0, len(content), random.integers(1, 4)):
        content[place] = random.integers(0, 256)
    path = saved.with_name("altered.vgtui")
    path.write_bytes(content.tobytes())
    try:
        loaded = Simulation.load(path)
    except SessionError as error:
        complaint(error, path)
    else:
        assert bits(loaded) == bits(Simulation.load(saved))


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04", bytes(10_000), pickle.dumps({"a": 1})])
def test_garbage_is_no_session(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "garbage.vgtui"
    path.write_bytes(content)
    assert "not a whole vgtui session" in refused(path)


def test_a_file_that_is_not_there_or_is_none_is_said_to_be(tmp_path: Path) -> None:
    assert refused(tmp_path / "missing.vgtui") == "there is no such file"
    assert refused(tmp_path) == "is not a file"


def test_another_format_is_named(saved: Path, tmp_path: Path) -> None:
    path = with_meta(saved, tmp_path / "x.vgtui", {**described(saved), "format": "vgtui session 99"})
    assert "'vgtui session 99'; this version reads 'vgtui session 1'" in refused(path)


@pytest.mark.parametrize("missing", ["meta.npy", "now.parameters.npy", "0.initial.npy", "1.running.npy"])
def test_a_part_that_is_missing_is_noticed(missing: str, saved: Path, tmp_path: Path) -> None:
    parts = members(saved)
    del parts[missing]
    assert refused(written(tmp_path / "x.vgtui", parts))


@pytest.mark.parametrize(
    "values",
    [np.zeros(3), np.zeros((2, 2)), np.zeros(500, np.float32), np.zeros(5, np.int64), np.array("text")],
    ids=["short", "matrix", "float32", "integers", "text"],
)
@pytest.mark.parametrize("part", ["now.parameters", "0.first", "1.initial", "1.running"])
def test_an_array_of_the_wrong_kind_or_size_is_refused(
    values: np.ndarray, part: str, saved: Path, tmp_path: Path
) -> None:
    assert refused(written(tmp_path / "x.vgtui", {**members(saved), f"{part}.npy": array(values)}))


def test_a_pickle_within_is_never_opened(saved: Path, tmp_path: Path) -> None:
    fired = tmp_path / "fired"

    class Trap:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return os.mkdir, (str(fired),)

    file = io.BytesIO()
    np.save(file, np.array([Trap()], object), allow_pickle=True)
    for part in ("meta.npy", "now.parameters.npy"):
        refused(written(tmp_path / "x.vgtui", {**members(saved), part: file.getvalue()}))
    assert not fired.exists()


def test_a_bomb_is_not_unpacked(saved: Path, tmp_path: Path) -> None:
    """Sixty megabytes of zeros in sixty kilobytes: no array of this scenario can be as large."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (2**23,)})
    path = tmp_path / "bomb.vgtui"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members(saved).items():
            if name != "now.parameters.npy":
                archive.writestr(name, content)
        with archive.open("now.parameters.npy", "w") as member:
            member.write(file.getvalue())
            for _ in range(2**6):
                member.write(bytes(2**20))
    tracemalloc.start()
    assert refused(path)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "change",
    [
        {"step": -1},
        {"step": 1e300},
        {"step": "three"},
        {"step": 10**6},
        {"last_step": 3},
        {"segments": []},
        {"segments": 3},
        {"moments_from": 0.5},
        {"moments_from": 10**9},
        {"step": None},
    ],
    ids=str,
)
def test_a_description_that_makes_no_sense_is_refused(
    change: dict[str, Any], saved: Path, tmp_path: Path
) -> None:
    assert refused(with_meta(saved, tmp_path / "x.vgtui", {**described(saved), **change}))


@pytest.mark.parametrize(
    "change",
    [
        {"start": 5},
        {"base_step": 10**6},
        {"moments_from": 10**6},
        {"scenario": "x = 1"},
        {"scenario": 7},
        {"base_epoch": -2},
    ],
    ids=str,
)
def test_a_segment_that_makes_no_sense_is_refused(
    change: dict[str, Any], saved: Path, tmp_path: Path
) -> None:
    meta = described(saved)
    meta["segments"][0] |= change
    assert refused(with_meta(saved, tmp_path / "x.vgtui", meta))


@pytest.mark.parametrize("meta", [b"", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000])
def test_a_description_that_is_not_one_is_refused(meta: bytes, saved: Path, tmp_path: Path) -> None:
    assert refused(with_meta(saved, tmp_path / "x.vgtui", meta))


@pytest.mark.parametrize("entry", [b"{}", b"[]", b"[[]]"])
def test_a_description_that_takes_much_once_it_is_read_is_refused_before(
    entry: bytes, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "_current", allowance.Allowance(50 * 2**20))
    many = b",".join([entry] * 1_000_000)
    path = with_meta(
        saved, tmp_path / "x.vgtui", b'{"x": [' + many + b"]," + json.dumps(described(saved)).encode()[1:]
    )
    tracemalloc.start()
    assert "(--memory)" in refused(path)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failure_to_write_leaves_the_old_file_whole(
    call: str, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.vgtui"
    path.write_bytes(saved.read_bytes())
    sim = simulation(LINEAR_OUT)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(SessionError) as error:
        sim.save(path)
    assert str(error.value) == f"{path}: cannot be written: No space left on device"
    assert path.read_bytes() == saved.read_bytes()
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.vgtui"]


def test_saving_where_nothing_can_be_written_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "missing" / "run.vgtui", tmp_path):
        with pytest.raises(SessionError) as error:
            simulation(LINEAR_OUT).save(path)
        assert "cannot be written" in str(error.value)
        assert "\n" not in str(error.value)


def test_a_session_on_the_user_s_own_file_goes_on_wherever_it_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    np.savez(folder / "samples.npz", inputs=np.arange(12.0).reshape(6, 2), targets=np.arange(6.0) / 7)
    given = simulation(LINEAR_OUT).scenario
    data = msgspec.structs.replace(given.data, source="file", file="samples.npz", samples=250, noise=0.0)
    sim = Simulation(msgspec.structs.replace(given, data=data), folder)
    sim.step(3)
    sim.save(folder / "run.vgtui")
    monkeypatch.chdir(tmp_path)
    assert bits(Simulation.load(folder / "run.vgtui")) == bits(sim)
    (folder / "samples.npz").unlink()
    with pytest.raises(UserError) as error:
        Simulation.load(folder / "run.vgtui")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("steps", [1, 63, 64, 65, 150])
def test_the_record_of_the_last_step_comes_back_with_the_session(steps, tmp_path):
    sim = vgtui.Simulation(vgtui.load_scenario("gru"))
    record = sim.step(steps)
    sim.save(tmp_path / "run.vgtui")
    again = vgtui.Simulation.load(tmp_path / "run.vgtui")
    assert again.record is not None
    assert again.record.measures.tobytes() == record.measures.tobytes()
    assert (again.record.step, again.record.loss) == (steps, record.loss)
    assert again.step(3).loss == sim.step(3).loss


def test_where_the_last_update_cannot_be_made_again_the_saved_state_holds(tmp_path, monkeypatch):
    sim = vgtui.Simulation(vgtui.load_scenario("relu-he"))
    sim.step(70)
    sim.save(tmp_path / "run.vgtui")
    monkeypatch.setattr("vgtui.engine.history.Snapshot.same_as", lambda self, other: False)
    again = vgtui.Simulation.load(tmp_path / "run.vgtui")
    assert again.record is None
    assert all((again.parameters[name] == array).all() for name, array in sim.parameters.items())
    assert again.step_index == 70


def test_a_run_that_a_numpy_integer_stepped_is_saved_as_any_other(tmp_path: Path) -> None:
    sim = simulation(*LAYERS, source="moons", batch_size=5)
    sim.step(np.int64(3))
    sim.back(np.int64(1))
    sim.save(tmp_path / "run.vgtui")
    assert Simulation.load(tmp_path / "run.vgtui").step_index == 2
