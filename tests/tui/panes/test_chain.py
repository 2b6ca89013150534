"""The chain rule pane: the product with its numbers, its culprit, and the choice of the weight."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.tui.panes.frames import PALETTE, chain, changes, frame
from vgtui.analysis.chain_rule import ChainRule
from vgtui.tui.drawing.chain import Entry, draw_chain, parse_weight, place_at, product_line, verdict
from vgtui.tui.drawing.numbers import compact
from vgtui.tui.panes.chain import ChainPane

SHAPES = ((10, 2), (10, 10), (1, 10))


def rows_of(shown: ChainRule, width: int = 110, height: int = 16, entry: Entry | None = None) -> list[str]:
    cells = draw_chain(shown, entry, width, height, PALETTE)
    return [cells.row_text(y) for y in range(height)]


def test_the_product_stands_in_one_line_with_the_numbers_plugged_in():
    assert product_line(chain(3), 100) == "dL/dW0[0,1] = 1.04 × 0.230 × 0.214 × 0.960 × -0.550 = -0.0270"
    assert product_line(chain(3), 60) == "dL/dW0[0,1] = 1.04 × 0.23 × 0.21 × 0.96 × -0.550 = -0.0270"


def test_of_a_shared_weight_at_one_of_its_uses_the_product_says_at_which():
    of_time = replace(chain(1), shared="time steps", uses=40, place=7)
    assert product_line(of_time, 100).startswith("dL/dW0[0,1] at t 7 = 1.04 × ")
    assert product_line(replace(of_time, shared="places"), 100).startswith("dL/dW0[0,1] at place 7 = ")


def asked(uses: int, place: int | None, places: int) -> list[int | None]:
    """Which use a pane asks for that shows one of them."""
    pane, found = ChainPane(), []
    shared = "time steps" if uses > 1 else ""
    pane.frame = frame(chain=replace(chain(1), shared=shared, uses=uses, place=place))
    pane.post_message = lambda message: found.append(message.place)
    pane.action_move_place(places)
    return found


def test_keys_go_over_the_uses_of_a_shared_weight_from_the_last_to_the_first_and_back_to_all():
    assert [asked(40, place, -1) for place in (None, 39, 0)] == [[39], [38], [0]]
    assert [asked(40, place, 1) for place in (None, 0, 39)] == [[None], [1], [None]]
    assert asked(1, None, -1) == []


def test_a_line_too_short_for_all_factors_keeps_first_last_and_product():
    line = product_line(chain(50), 66)
    assert len(line) <= 66
    assert line.startswith("dL/dW0[0,1] = 1.04 × 0.23 ×")
    assert "… × -0.550 = -" in line
    assert product_line(chain(50), 26).startswith("dL/dW0[0,1] = -")


def test_every_factor_has_a_row_with_the_product_so_far():
    rows = rows_of(chain(9))
    assert rows[2].split()[:3] == ["input", "a", "1.04"]
    assert rows[3].split()[:6] == ["0", "10", "sigmoid", "1.0", "0.23", "0.23"]
    assert rows[3].rstrip().endswith("0.239")
    assert rows[12].split()[:2] == ["dL/dout", "-0.550"]
    assert rows[12].rstrip().endswith("-3.21e-06")


def test_the_culprit_is_named_in_its_row_and_in_words():
    rows = rows_of(chain(9, culprit=4))
    assert [y for y, row in enumerate(rows) if row.rstrip().endswith("◄ culprit")] == [7]
    assert "◄ culprit: layer 4 shrinks it most, by its slope, ×0.23" in rows[-1]
    assert "grows it most" in verdict(chain(9, gain=7.0))[0]


def test_a_long_chain_is_folded_but_keeps_first_last_and_culprit():
    rows = rows_of(chain(200, 0.1, culprit=77), height=14)
    labels = [row.split()[0] for row in rows[3:12]]
    assert labels[0] == "0"
    assert labels[-1] == "199"
    assert "77" in labels
    assert sum("◄" in row for row in rows[2:12]) == 1


def test_the_chosen_factor_has_a_row_of_its_own_however_few_there_are_and_is_told_in_numbers():
    shown = chain(1000, 0.5, culprit=77)
    cells = draw_chain(shown, None, 110, 9, PALETTE, chosen=420)
    rows = [cells.row_text(y) for y in range(9)]
    marked = [row for row in rows if "▸10" in row]
    assert len(marked) == 1
    assert marked[0].split()[0].startswith("420▸")
    factor = shown.factors[420]
    assert rows[-1].startswith(f"▸ layer 420: ×{compact(factor.gain)} = weight 0.900 × slope 0.500 · so far ")
    assert 0.0 < float(rows[-1].split("so far ")[1].split()[0]) < 1e-100
    places = [place_at(shown, y, 110, 9, 420) for y in range(9)]
    assert places[0] is None
    assert 420 in places


def test_normalisation_and_skip_have_columns_only_where_there_are_any():
    plain = chain(4)
    assert "×norm" not in rows_of(plain)[1]
    factors = tuple(replace(factor, norm_gain=1.4, skip_gain=2.0) for factor in plain.factors)
    heading = rows_of(replace(plain, factors=factors))[1]
    assert (
        heading.index("×weight") < heading.index("×norm") < heading.index("×slope") < heading.index("×skip")
    )


def test_a_penalty_is_added_to_the_product_and_the_sum_is_the_gradient():
    shown = chain(3, product=-0.027, log10=math.log10(0.027), penalty=0.03)
    assert product_line(shown, 100).endswith("× -0.550 + 0.0300 = 0.00300")
    assert product_line(replace(shown, penalty=-0.03), 100).endswith("× -0.550 - 0.0300 = -0.0570")
    rows = rows_of(shown)
    assert rows[6].split()[:2] == ["dL/dout", "-0.550"]
    assert rows[6].rstrip().endswith("-0.0270")
    assert rows[7].split()[:2] == ["penalty", "0.0300"]
    assert rows[7].rstrip().endswith("0.00300")
    assert "penalty" not in " ".join(rows_of(chain(3)))
    folded = rows_of(chain(200, 0.9, penalty=0.03), height=14)
    assert folded[12].split()[:2] == ["penalty", "0.0300"]


def test_dropout_has_a_column_only_where_there_is_any():
    plain = chain(4)
    assert "×drop" not in rows_of(plain)[1]
    factors = tuple(replace(factor, dropout_gain=0.7) for factor in plain.factors)
    heading = rows_of(replace(plain, factors=factors))[1]
    assert heading.index("×slope") < heading.index("×drop") < heading.index("=gain")


def test_a_product_below_the_range_of_float64_is_still_told():
    rows = rows_of(chain(1000, 1e-3))
    assert rows[0].rstrip().endswith("= -10^-3015")
    assert any("10^-1" in row for row in rows[3:-2])


def test_a_dead_or_broken_link_is_drawn():
    factors = list(chain(4).factors)
    factors[1] = replace(factors[1], slope_gain=0.0, gain=0.0)
    dead = replace(chain(4), factors=tuple(factors), culprit=1, product=0.0, sign=1, log10=-math.inf)
    assert rows_of(dead)[4].rstrip().endswith("0 ◄ culprit")
    factors[1] = replace(factors[1], slope_gain=math.nan, gain=math.nan)
    broken = replace(dead, factors=tuple(factors), product=math.nan, log10=math.nan)
    assert rows_of(broken)[0].rstrip().endswith("= nan")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("0,1,0", (0, 1, 0)),
        ("2 0 9", (2, 0, 9)),
        ("0,1", "three numbers, as in 0,1,0"),
        ("", "three numbers, as in 0,1,0"),
        ("3,0,0", "layers go from 0 to 2"),
        ("9" * 5000 + ",0,0", "layers go from 0 to 2"),
        ("2,1,0", "rows of layer 2 go from 0 to 0"),
        ("0,0,2", "columns of layer 0 go from 0 to 1"),
    ],
)
def test_a_typed_weight_is_checked_against_the_layers(text: str, answer: object):
    assert parse_weight(text, SHAPES) == answer


def test_what_is_typed_and_what_is_wrong_with_it_stand_in_the_last_line():
    row = rows_of(chain(3), entry=Entry("9,0,0", "layers go from 0 to 2"))[-1]
    assert row.startswith("layer,row,column: 9,0,0█ layers go from 0 to 2")


def test_shapes_come_from_the_scenario_and_the_weights():
    pane = ChainPane()
    assert pane.shapes == ()
    pane.show(frame(weights=changes(9)))
    assert pane.shapes == ((10, 2), *[(10, 10)] * 7, (1, 10))
