"""Determinism: the same bits however a step is reached, and time that can be walked both ways."""

from __future__ import annotations

import gc
import math
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.networks import LINEAR_OUT, SIGMOID_OUT, bits, simulation, told
from tests.engine.networks import scenario as described
from tests.engine.strategies import examples, scenarios
from vgtui.engine.batches import Batches
from vgtui.engine.history import LONGEST_STRIDE, SHORTEST_STRIDE, stride_of
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import set_value
from vgtui.scenario.model import Dense, Scenario


@given(scenarios(), st.integers(1, 150))
@examples(30)
def test_a_run_has_the_same_bits_stepped_one_by_one_or_all_at_once(scenario: Scenario, count: int) -> None:
    once, single, parts = Simulation(scenario), Simulation(scenario), Simulation(scenario)
    last = once.step(count)
    for _ in range(count):
        record = single.step()
    assert told(record) == told(last)
    first = count // 3
    if first:
        parts.step(first)
    parts.step(count - first)
    assert bits(once) == bits(single) == bits(parts)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("size", [1.0, 30.0])
def test_saturated_units_learn_the_same_whether_a_pass_is_looked_at_or_not(
    activation: str, size: float
) -> None:
    """A batch of many stretches, in some of which units are saturated."""
    layers = [Dense(units=150, activation=activation) for _ in range(2)]
    once, single = (simulation(*layers, LINEAR_OUT, data={"samples": 20}) for _ in range(2))
    for sim in (once, single):
        sim.set_parameters({n: size * v for n, v in sim.parameters.items() if n == "0.weight"})
    once.step(5)
    for _ in range(5):
        single.step()
    assert bits(once) == bits(single)


@given(scenarios(), st.integers(1, 200), st.integers(0, 200), st.booleans())
@examples(30)
def test_going_back_is_bit_identical_to_having_stepped_there(
    scenario: Scenario, forth: int, back: int, peek: bool
) -> None:
    sim = Simulation(scenario)
    sim.step(forth)
    end = bits(sim)
    if peek:
        sim.evaluate()
    record = sim.back(back)
    goal = max(forth - back, 0)
    fresh = Simulation(scenario)
    expected = fresh.step(goal) if goal else None
    assert (record is None) == (expected is None) or back == 0
    if record is not None and expected is not None and back:
        assert told(record) == told(expected)
    assert sim.last_step == forth
    assert bits(sim) == bits(fresh)
    if forth > goal:
        sim.step(forth - goal)
    assert bits(sim) == end


@given(scenarios(), st.lists(st.integers(0, 300), min_size=1, max_size=5))
@examples(30)
def test_seeking_to_and_fro_ends_where_stepping_would(scenario: Scenario, places: list[int]) -> None:
    sim = Simulation(scenario)
    for place in places:
        sim.seek(place)
    fresh = Simulation(scenario)
    if places[-1]:
        fresh.step(places[-1])
    assert bits(sim) == bits(fresh)
    assert sim.last_step == max(places)


@given(scenarios(), st.integers(0, 20))
@examples(30)
def test_measuring_changes_nothing(scenario: Scenario, steps: int) -> None:
    watched, other = Simulation(scenario), Simulation(scenario)
    if steps:
        watched.step(steps)
        other.step(steps)
    inputs = watched.train_data[0]
    before = watched.parameters
    answers = watched.predict(inputs)
    measured = told(watched.measure())
    assert told(watched.measure()) == measured
    assert watched.step_index == steps
    assert watched.last_step == steps
    assert watched.predict(inputs).tobytes() == answers.tobytes(), "running statistics have moved"
    assert all((before[n] == v).all() for n, v in watched.parameters.items() if not np.isnan(v).any())
    watched.step(5)
    other.step(5)
    assert bits(watched) == bits(other)


def test_what_is_measured_is_what_the_next_step_then_does() -> None:
    sim = simulation(Dense(units=4, activation="tanh", normalization="batch"), LINEAR_OUT, batch_size=5)
    sim.step(3)
    measured, gradients = sim.measure(), sim.gradients
    taken = sim.step()
    assert measured.loss == taken.loss
    assert measured.step + 1 == taken.step
    assert all((gradients[name] == value).all() for name, value in sim.gradients.items())
    assert np.isnan(measured.column("update_ratio")).all()


def test_steps_and_epochs_are_counted_with_a_short_last_batch() -> None:
    sim = simulation(LINEAR_OUT, data={"samples": 13}, batch_size=5)
    sizes = []
    for _ in range(6):
        sim.step()
        sizes.append(len(sim.batch[0]))
    assert sizes == [5, 5, 3, 5, 5, 3]
    assert (sim.step_index, sim.epoch) == (6, 2.0)
    assert sim.step().epoch == pytest.approx(7 / 3)
    assert sim.seek(2).epoch == pytest.approx(2 / 3)


@pytest.mark.parametrize(("size", "samples"), [(1, 7), (4, 13), (5, 10), ("full", 9), (1000, 9)])
def test_every_epoch_shows_every_sample_once_in_a_new_order(size: int | str, samples: int) -> None:
    sim = simulation(LINEAR_OUT, data={"samples": samples}, batch_size=size)
    per_epoch = 1 if size in ("full", 1000) else math.ceil(samples / int(size))
    orders = []
    for _ in range(70):  # beyond the 64 epochs that are shuffled together
        seen = []
        for _ in range(per_epoch):
            sim.step()
            inputs, targets = sim.batch
            seen += np.column_stack([inputs, targets]).tolist()
        whole = np.column_stack(sim.train_data).tolist()
        assert sorted(seen) == sorted(whole)
        orders.append(str(seen))
    assert len(set(orders)) == (1 if per_epoch == 1 else 70)


def test_full_batches_take_no_more_memory_for_more_steps() -> None:
    """A million samples for 64 steps would be half a gigabyte of indices, were they laid out for each."""
    order, batches = Batches(0, 1_000_000, 1_000_000).plan(3, 64)
    assert (len(order), batches.shape) == (1_000_000, (64, 2))
    assert (batches == [0, 1_000_000]).all()


LITTLE = 0.04  # megabytes: some forty keyframes of `little_memory`


def little_memory(megabytes: float) -> Simulation:
    layers = (Dense(units=3, activation="tanh", normalization="batch"), LINEAR_OUT)
    return Simulation(described(*layers, batch_size=5, optimizer="adam"), history_megabytes=megabytes)


def size_of(array: np.ndarray) -> int:
    """Its bytes as Python tells them, with those that it lies in."""
    return sys.getsizeof(array) + sys.getsizeof(array.base)


def held(sim: Simulation) -> list[tuple[int, int]]:
    """(step, bytes as Python tells them) of every keyframe, by step."""
    frames = [
        (step, sys.getsizeof(f) + sum(map(size_of, (f.parameters, f.moments, f.running, f.scaling))))
        for segment in sim._history.segments
        for step, f in segment.keyframes.items()
    ]
    return sorted(frames)


def test_a_history_stays_within_its_budget_and_seeks_exactly() -> None:
    sim, fresh = little_memory(LITTLE), little_memory(256)
    most = 0
    for count in [1, 100, 799, 12_100, *[LONGEST_STRIDE] * 60, 7]:
        sim.step(count)
        size = sum(size for _, size in held(sim))
        most = max(most, size)
        assert size <= LITTLE * 2**20
    assert most > 0.8 * LITTLE * 2**20, "what is allowed is used"
    end = sim.step_index
    fresh.step(end)
    assert len(held(fresh)) > 3 * len(held(sim))
    for place in (0, 1, LONGEST_STRIDE, 700, 1111, 1112, end - 1, end - 500, end, end - 2000):
        sim.seek(place)
        fresh.seek(place)
        assert bits(sim) == bits(fresh)
        assert sum(size for _, size in held(sim)) <= LITTLE * 2**20


def test_a_thinned_history_is_dense_at_its_end_and_leaves_no_long_stretch_without_keyframes() -> None:
    sim = little_memory(LITTLE)
    for _ in range(300):
        sim.step(LONGEST_STRIDE)
        steps = [step for step, _ in held(sim)]
        gaps = np.diff(steps)
        assert steps[-1] == sim.step_index
        assert (gaps[-len(steps) // 5 :] == LONGEST_STRIDE).all()
        assert gaps.max() <= max(LONGEST_STRIDE, 4 * sim.step_index / len(steps))


def test_the_history_of_the_smallest_network_takes_no_more_than_its_budget() -> None:
    sim = Simulation(described(LINEAR_OUT, batch_size=5), history_megabytes=0.2)
    sim.step(LONGEST_STRIDE)
    before = memory_of(sim._history)
    for _ in range(4):
        sim.step(LONGEST_STRIDE * 75)
    taken = (memory_of(sim._history) - before) / 2**20
    assert 0.12 < taken < 0.2


def memory_of(thing: object) -> int:
    """Bytes, as Python tells them, of everything that can be reached from it, types left out."""
    seen: dict[int, object] = {}
    pending = [thing]
    while pending:
        one = pending.pop()
        if id(one) not in seen and not isinstance(one, type):
            seen[id(one)] = one
            pending += [one.base] if isinstance(one, np.ndarray) else gc.get_referents(one)
    return sum(map(sys.getsizeof, seen.values()))


def test_every_edit_shares_the_one_budget() -> None:
    sim, fresh = little_memory(LITTLE), little_memory(256)
    for run in (sim, fresh):
        for rate in (0.01, 0.02, 0.03):
            run.step(6000)
            run.apply(set_value(run.scenario, "training.learning_rate", rate))
        run.step(6000)
    assert sum(size for _, size in held(sim)) <= LITTLE * 2**20 < sum(size for _, size in held(fresh))
    for place in (10, 5999, 6000, 6001, 16_000, 24_000):
        sim.seek(place)
        fresh.seek(place)
        assert bits(sim) == bits(fresh)


def test_a_history_keeps_the_first_keyframe_whatever_its_budget() -> None:
    sim = little_memory(1e-6)
    sim.step(500)
    assert [step for step, _ in held(sim)] == [0]
    sim.seek(499)
    whole = little_memory(256)
    whole.step(499)
    assert bits(sim) == bits(whole)
    sim.seek(0)
    assert bits(sim) == bits(little_memory(256))


def test_a_loaded_session_has_the_budget_that_it_is_given(tmp_path: Path) -> None:
    sim = little_memory(256)
    sim.step(10)
    sim.save(tmp_path / "run.vgtui")
    loaded = Simulation.load(tmp_path / "run.vgtui", history_megabytes=LITTLE)
    loaded.step(6000)
    assert 10 < len(held(loaded)) <= LITTLE * 2**20 / held(loaded)[0][1]


@pytest.mark.parametrize("megabytes", [0, -1, math.nan])
def test_a_history_of_nothing_is_refused(megabytes: float) -> None:
    with pytest.raises(ValueError, match="a history needs more than"):
        little_memory(megabytes)


def test_the_record_of_the_start_and_of_steps_that_are_not_there() -> None:
    sim = simulation(SIGMOID_OUT, source="moons")
    assert sim.record is None
    sim.step(4)
    assert sim.back(4) is None
    with pytest.raises(ValueError, match="count must not be negative"):
        sim.back(-1)
    assert sim.record is None
    assert sim.back(3) is None
    assert sim.step_index == 0
    with pytest.raises(ValueError, match="there is no step -1"):
        sim.seek(-1)
    with pytest.raises(ValueError, match="count must be at least 1, not 0"):
        sim.step(0)
    sim.step(300)
    with pytest.raises(TypeError):
        sim.seek(2.5)  # type: ignore[arg-type]
    assert sim.step_index == 300


def test_what_is_handed_out_cannot_reach_back_into_the_simulation() -> None:
    for units in (1, 3):
        sim = simulation(Dense(units=units, activation="tanh"), LINEAR_OUT, batch_size=5)
        sim.step(2)
        fresh = simulation(Dense(units=units, activation="tanh"), LINEAR_OUT, batch_size=5)
        fresh.step(2)
        handed = [sim.parameters, sim.initial_parameters, sim.gradients, sim.previous_parameters]
        for values in handed:
            for value in values.values():
                np.add(value, 1.0, out=value)
        for value in sim.batch:
            np.add(value, 1.0, out=value)
        answers = sim.predict(sim.train_data[0])
        answers += 1.0
        with pytest.raises(ValueError, match="read-only"):
            sim.step().measures[0, 0] = 1.0
        fresh.step()
        assert bits(sim) == bits(fresh)
        assert all((v == fresh.initial_parameters[n]).all() for n, v in sim.initial_parameters.items())


def test_whatever_a_step_costs_the_steps_between_two_keyframes_are_soon_made_again() -> None:
    """A stride is a power of two, and shorter for networks that do more in a step."""
    strides = [stride_of(numbers) for numbers in (0, 1, 10_000, 20_000, 30_000, 60_000, 70_000, 10**9)]
    assert strides == sorted(strides, reverse=True)
    assert strides[0] == LONGEST_STRIDE
    assert strides[-1] == SHORTEST_STRIDE
    assert len(set(strides)) > 2
    assert all(stride.bit_count() == 1 for stride in strides)
    small = little_memory(1)
    large = Simulation(described(Dense(units=256), Dense(units=256), LINEAR_OUT, batch_size=64))
    for sim, stride in ((small, LONGEST_STRIDE), (large, SHORTEST_STRIDE)):
        sim.step(2 * stride + 1)
        assert [step for step, _ in held(sim)] == [0, stride, 2 * stride]
