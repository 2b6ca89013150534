"""What two scenarios set differently, in words."""

from __future__ import annotations

import vgtui
from vgtui.scenario.differences import differences, pairs
from vgtui.scenario.edit import add_layer, remove_layer, set_from_text

MOONS = vgtui.load_scenario("keras-moons")


def sentences(*assignments: str) -> list[str]:
    return [one.sentence for one in differences(MOONS, set_from_text(MOONS, *assignments))]


def test_equal_scenarios_differ_in_nothing_and_words_do_not_count():
    assert sentences() == []
    assert sentences("title=Another", "summary=Other words") == []


def test_a_setting_of_the_training_is_named_with_both_values():
    assert sentences("training.learning_rate=0.05", "seed=7") == [
        f"seed: {MOONS.seed} → 7",
        f"training.learning_rate: {MOONS.training.rate:g} → 0.05",
    ]


def test_what_changed_in_neighbouring_layers_is_told_once():
    assert "activation of layers 0 to 7: sigmoid → relu" in sentences("layers[0].activation=relu")


def test_a_layer_more_or_less_is_told_as_that():
    more = differences(MOONS, add_layer(MOONS, 3))
    less = differences(MOONS, remove_layer(MOONS, 3))
    assert [(one.a, one.b) for one in more] == [("none", "10 dense sigmoid")]
    assert [(one.a, one.b) for one in less] == [("10 dense sigmoid", "none")]


def test_layers_that_share_nothing_are_paired_from_the_input_and_output_with_output():
    other = vgtui.load_scenario("gru")
    found = pairs(MOONS, other)
    assert (found[0], found[-1]) == ((0, 0), (8, 1))
    assert found[1:-1] == tuple((layer, None) for layer in range(1, 8))
    assert pairs(other, MOONS) == tuple((b, a) for a, b in found)
    assert [one.setting for one in differences(MOONS, other)][:2] == ["layer 0", "layers 1 to 7"]
