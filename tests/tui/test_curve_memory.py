"""What is kept for going back, of all branches, of two networks and of a lesson's pages, stays within its budget."""

from __future__ import annotations

import numpy as np

import vgtui
from vgtui.engine.record import Evaluation
from vgtui.tui.curve import BranchCurves, CurveRecorder
from vgtui.tui.experiment import Experiment
from vgtui.tui.lockstep import Lockstep
from vgtui.tui.teaching import Teaching


def drawn(points: int, first: float = 1.0) -> CurveRecorder:
    curve = CurveRecorder()
    for step in range(points):
        curve.append(step, Evaluation(first + step, 0.0, 0.5, 0.5))
    return curve


def test_a_short_curve_takes_little_and_a_long_one_no_more_than_its_points() -> None:
    assert CurveRecorder().nbytes < 10_000
    assert drawn(1999).nbytes <= 5 * 8 * 2000
    assert drawn(20_000).nbytes <= 5 * 8 * 2000


def test_a_curve_that_grows_keeps_every_point_and_those_handed_out_do_not_change() -> None:
    curve = drawn(100)
    early = curve.curve(99, None)
    for step in range(100, 1500):
        curve.append(step, Evaluation(1.0 + step, 0.0, 0.5, 0.5))
    whole = curve.curve(1499, None)
    np.testing.assert_array_equal(early.step, range(100))
    np.testing.assert_array_equal(whole.step, range(1500))
    np.testing.assert_array_equal(whole.train_loss, np.arange(1500) + 1.0)


def test_the_curves_of_the_oldest_branches_are_thinned_first_and_the_present_one_never() -> None:
    curves = BranchCurves(150_000, 1)
    for branch in range(1, 6):
        curves.begin(branch, drawn(1000), range(10))
    lengths = [len(curves.go_to(branch).curve(999, None).step) for branch in range(1, 6)]  # type: ignore[arg-type]
    assert lengths[-1] == 1000
    assert lengths == sorted(lengths)
    assert 30 <= lengths[0] <= 63
    first = curves.go_to(1).curve(999, None).step
    assert first is not None
    assert (first[0], first[-1]) == (0, 999)
    curves.go_to(5)
    curves.limit(1)
    assert curves.go_to(1).curve(999, None).step.size == 0  # type: ignore[union-attr]


def test_the_curves_of_branches_that_are_gone_are_gone() -> None:
    curves = BranchCurves(10**9, 1)
    for branch in range(1, 4):
        curves.begin(branch, drawn(10), {2, 3})
    assert curves.nbytes == 2 * drawn(10).copy().nbytes


def test_restarts_at_full_speed_stay_within_the_budget() -> None:
    run = Experiment.opened(vgtui.load_scenario("relu-he"), 1)
    for _ in range(40):
        run.step(100)
        run.restart()
    assert run.simulation._history.nbytes + run._curves.nbytes <= 2**20
    assert 10 < len(run.simulation.branches) <= 40
    for branch in (run.simulation.branches[0], run.simulation.branches[-2]):
        run.return_to(branch.number)
        assert run.step_index == branch.last_step
        assert np.isfinite(run.curve().train_loss[0])  # type: ignore[index]


def test_two_networks_in_lockstep_have_half_of_it_each() -> None:
    a = Experiment.opened(vgtui.load_scenario("width-1"), 2)
    b, lockstep = a.copy(), Lockstep()
    alone = a.simulation._history.budget
    lockstep.begin(b, "B", a)
    assert a.simulation._history.budget == b.simulation._history.budget == alone // 2
    lockstep.end(a)
    assert a.simulation._history.budget == alone


def test_the_pages_of_a_lesson_hold_little_of_the_past() -> None:
    run, lesson = Experiment.opened(vgtui.load_scenario("course-05-relu"), 4), Teaching()
    lesson.go_to(run, 0)
    run.step(9000)
    lesson.go_to(run, 1)
    whole = run.simulation._history
    kept = [one.simulation._history for one in lesson._before]
    assert sum(one.nbytes for one in kept) < whole.budget / 8
    lesson.go_to(run, 0)
    assert run.simulation._history.budget == whole.budget
