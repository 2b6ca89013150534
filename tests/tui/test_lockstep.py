"""A against B in the engine's thread, in the panes and in the app."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tui.driving import COCKPIT, running
from tests.tui.panes.frames import PALETTE, scenario
from vgtui.scenario.edit import add_layer, set_value
from vgtui.scenario.model import Scenario
from vgtui.tui.drawing.cells import CellBuffer
from vgtui.tui.drawing.chain import draw_chain
from vgtui.tui.drawing.expected import Expected, marks
from vgtui.tui.drawing.flow import MEASURES
from vgtui.tui.drawing.gradient import draw_gradient
from vgtui.tui.drawing.loss import draw_loss
from vgtui.tui.drawing.versus import draw_versus, rows_of
from vgtui.tui.experiment import Experiment
from vgtui.tui.frame import Frame
from vgtui.tui.lockstep import Lockstep


def to_relu(before: Scenario) -> Scenario:
    return set_value(before, "layers[0].activation", "relu")


def seen(experiment: Experiment) -> tuple[object, ...]:
    record = experiment.record
    assert record is not None
    return record.step, record.loss, record.measures.tobytes(), experiment.evaluate(), experiment.chain()


def both(layers: int = 3) -> tuple[Lockstep, Experiment, Experiment]:
    """A as drawn, and beside it B in ReLU; edits go to A."""
    a, b = Experiment.opened(scenario(layers)), Experiment.opened(to_relu(scenario(layers)))
    lockstep = Lockstep()
    lockstep.begin(b, "A", a)
    return lockstep, a, b


def frame(lockstep: Lockstep, lead: Experiment) -> Frame:
    return lead.frame(serial=1, status="paused", message="", rival=lockstep.look(lead))


def lines(cells: CellBuffer) -> list[str]:
    return [cells.row_text(y).rstrip() for y in range(cells.height)]


def test_the_other_is_wherever_the_first_goes_with_the_bits_that_it_has_alone():
    lockstep, a, b = both()
    alone = Experiment.opened(to_relu(scenario(3)))
    for count in (5, -3, 40, -42, 7):
        a.move(count)
        rival = lockstep.look(a)
        assert rival is not None
        assert rival.comparison.steps == a.step_index == b.step_index
        alone.seek(0)
        alone.move(a.step_index)
        assert seen(b)[1:] == seen(alone)[1:]
    lockstep.step(a, 6)
    assert a.step_index == b.step_index


def test_edits_go_to_one_of_them_and_exchanging_makes_it_the_other():
    lockstep, a, b = both()
    a.move(4)
    a.edit(lambda before: set_value(before, "training.learning_rate", 0.5))
    rival = lockstep.look(a)
    assert rival is not None
    assert (rival.mine, rival.letter) == ("A", "B")
    assert {one.setting for one in rival.comparison.differences} == {
        "activation of layers 0 to 1",
        "training.learning_rate",
    }
    assert lockstep.exchange(a) is b
    rival = lockstep.look(b)
    assert rival is not None
    assert (rival.mine, rival.letter) == ("B", "A")
    assert rival.comparison.a.scenario.training.learning_rate == 0.5
    assert rival.frame.scenario == a.scenario


def test_both_keep_to_one_seed_and_begin_again_together():
    lockstep, a, b = both()
    a.move(4)
    lockstep.follow(a)
    a.next_seed()
    lockstep.follow(a)
    assert (a.scenario.seed, b.scenario.seed, b.step_index) == (43, 43, 0)
    a.move(9)
    lockstep.restart(a)
    assert (a.step_index, b.step_index) == (0, 0)


def test_seeds_that_were_different_stay_so():
    a, b = Experiment.opened(scenario(3)), Experiment.opened(set_value(scenario(3), "seed", 7))
    lockstep = Lockstep()
    lockstep.begin(b, "A", a)
    a.move(2)
    lockstep.follow(a)
    assert b.scenario.seed == 7


def test_there_is_no_other_before_it_was_asked_for_nor_while_a_step_is_played_in_parts():
    lockstep, a, _ = both()
    assert Lockstep().look(a) is None
    a.reveal(3)
    assert lockstep.look(a) is None
    lockstep.end(a)
    a.move(1)
    assert lockstep.look(a) is None


def test_the_panes_show_where_the_other_network_is():
    lockstep, a, _ = both()
    a.move(30)
    shown = frame(lockstep, a)
    gradient = lines(
        draw_gradient(a.record, 0, 0, 90, 12, PALETTE, Expected.of(shown))  # type: ignore[arg-type]
    )
    assert all("B" in row for row in gradient[1:4])
    assert any(row.startswith("▸ layer 0  B ") for row in gradient)
    chain = lines(draw_chain(a.chain(), None, 90, 9, PALETTE, None, shown.rival))
    assert all("B" in row for row in chain[2:7])
    assert chain[-1].startswith("B: dL/dW0[0,0] = ")
    loss = "\n".join(lines(draw_loss(shown, False, 70, 9, PALETTE)))
    assert "A train" in loss
    assert "B train" in loss
    assert "test" not in loss


def test_the_marks_are_those_of_the_layers_that_belong_together():
    a = Experiment.opened(scenario(3))
    b = Experiment.opened(add_layer(scenario(3), 1))
    lockstep = Lockstep()
    lockstep.begin(b, "A", a)
    shown = frame(lockstep, a)
    found = marks(Expected.of(shown), a.record, MEASURES[0])  # type: ignore[arg-type]
    theirs = b.record.column("weight_grad_log10")  # type: ignore[union-attr]
    assert found.rival is not None
    np.testing.assert_array_equal(found.rival, theirs[[0, 1, 3]])
    lockstep.exchange(a)
    shown = frame(lockstep, b)
    other = marks(Expected.of(shown), b.record, MEASURES[0])  # type: ignore[arg-type]
    assert other.rival is not None
    assert np.isnan(other.rival).tolist() == [False, False, True, False], "the layer that A has not"


@pytest.mark.parametrize("width", [43, 60, 85])
def test_settings_and_numbers_that_differ_are_listed_and_marked(width: int):
    lockstep, a, _ = both()
    a.move(3)
    shown = frame(lockstep, a)
    rows = rows_of(shown, width)
    text = lines(draw_versus(rows, 0, width, len(rows), PALETTE))
    assert all(len(row) <= width for row in text)
    marked = [row for row in text if row.endswith("≠")]
    assert any("sigmoid" in row and "relu" in row for row in marked)
    assert any(row.startswith("batch loss") for row in marked)
    assert (
        len([row for row in rows if row.differs and "sigmoid" in row.name])
        + sum(not row.name for row in rows if row.differs)
        >= 3
    )
    short = lines(draw_versus(rows, 0, width, 5, PALETTE))
    assert short[-1] == f"{len(rows) - 4} more ↓"


def test_networks_that_are_the_same_are_said_to_be():
    a = Experiment.opened(scenario(3))
    lockstep = Lockstep()
    lockstep.begin(a.copy(), "B", a)
    a.move(5)
    rows = rows_of(frame(lockstep, a), 60)
    assert rows[1].name == "the same settings"
    assert not any(row.differs for row in rows)


async def test_a_key_puts_a_second_network_beside_and_another_exchanges_them():
    async with running(size=COCKPIT) as driver:
        await driver.press("V")
        await driver.until_text("the same settings")
        await driver.press("e", "right")
        await driver.until_text("activation of layers 0 to 7")
        await driver.press("s")
        await driver.until(lambda: driver.frame.rival.comparison.steps == 1)
        await driver.until_text("edits go to B")
        await driver.press("O")
        await driver.until_text("edits go to A")
        assert driver.frame.scenario.layers[0].activation == "sigmoid"
        assert driver.frame.rival.frame.scenario.layers[0].activation == "hard_sigmoid"
        await driver.press("V")
        await driver.until(lambda: driver.frame.rival is None)
