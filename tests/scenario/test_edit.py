"""Edits: one scenario in, another out, under the same rules as a scenario file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario.strategies import scenarios
from vgtui.scenario import edit, schema
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.library import dump, load_scenario, parse
from vgtui.scenario.model import Dense, Scenario, View, Weight

MOONS = load_scenario("keras-moons")


def units(scenario: Scenario) -> list[int]:
    return [layer.units for _, layer in scenario.expanded()]


def stack(*widths: int) -> Scenario:
    """A regression network with layers of these widths, every layer an entry of its own."""
    layers = tuple(Dense(units=width, activation="tanh") for width in widths)
    return edit.set_value(
        Scenario(layers=(*layers, Dense(units=1, activation="sigmoid"))), "data.source", "moons"
    )


@pytest.mark.parametrize(
    ("path", "given", "held"),
    [
        ("seed", "7", 7),
        ("data.noise", "1e-3", 1e-3),
        ("data.noise", 1, 1.0),
        ("layers[0].units", " 12 ", 12),
        ("layers[0].activation", "swish", "silu"),
        ("layers[0].normalization", "none", "none"),
        ("layers[0].activation", "none", "linear"),
        ("layers[0].skip", "1", 1),
        ("training.lr", "0.5", 0.5),
        ("training.batch_size", "full", "full"),
        ("training.batch_size", "8", 8),
        ("training.clip_norm", 2, 2.0),
        ("view.weight.row", "3", 3),
        ("lesson[0].do.run", "3", 3),
        ("title", "none", "none"),
        ("data.features", "x1, sin(x2),x1*x2", ("x1", "sin_x2", "x1_x2")),
        ("data.features", " [\"x2\", 'x1_squared'] ", ("x2", "x1_squared")),
        ("data.features", ["x2"], ("x2",)),
        ("data.features", "none", ()),
        ("data.features", "", ()),
        ("layers[0].type", "dense", "dense"),
    ],
)
def test_a_value_is_set_at_its_key_path_in_the_keys_own_type(path, given, held):
    found = edit.get_value(edit.set_value(MOONS, path, given), path)
    assert (found, type(found)) == (held, type(held))


@pytest.mark.parametrize("word", [None, "none", "None", "default"])
@pytest.mark.parametrize("path", ["training.learning_rate", "layers[0].skip", "training.epochs", "data.seed"])
def test_none_and_default_set_a_key_back_to_its_default(path, word):
    changed = edit.set_value(MOONS, path, 3)
    assert edit.get_value(edit.set_value(changed, path, word), path) == schema.find(path).default


@pytest.mark.parametrize(
    ("assignment", "line"),
    [
        ("training.learning_rte=1", "training.learning_rte: unknown key; did you mean 'learning_rate'?"),
        ("trainin.epochs=1", "trainin: unknown key; did you mean 'training'?"),
        ("training.epochs.more=1", "training.epochs.more: unknown key: what is before the dot is no table"),
        ("training.epochs[0]=1", "training.epochs[0]: is no array, so it has no entries to count"),
        ("training.epochs=many", "training.epochs: must be an integer from 1 to 2147483647, not 'many'"),
        ("training.epochs=1.5", "training.epochs: must be an integer from 1 to 2147483647, not '1.5'"),
        ("training.optimizer=adm", "training.optimizer: unknown optimizer 'adm'; did you mean 'adam'?"),
        ("training.nesterov=perhaps", "training.nesterov: must be true or false, not 'perhaps'"),
        ("data.features=x1,x3", "data.features[1]: unknown name 'x3'; did you mean 'x"),
        ("data.features[0]=x1", "data.features[0]: has no entries of its own to set; set it as a whole"),
        ("data.length=1", "data.length: must be an integer from 2 to 5000, not 1"),
        ("data.noise=nan", "data.noise: must be a finite number of at least 0, not nan"),
        ("layers[9].units=3", "layers[9]: no such entry; the last is layers[1]"),
        ("layers.units=3", "layers.units: which entry? write layers[0].units"),
        ("layers[0].units=none", "layers[0].units: is missing; give an integer from 1 to 4096"),
        ("layers=3", "layers: is an array of tables; set one of its keys, such as layers[0].units"),
        ("layers[0]=3", "layers[0]: is a table; set one of its keys, such as layers[0].units"),
        ("view.weight=3", "view.weight: is a table; set one of its keys, such as view.weight.layer"),
        ("layers[1].activation=tanh", "layers[1].activation: binary_cross_entropy needs 'sigmoid'"),
        ("layers[0].repeat=10000", "`layers` come to 10001 once repeated; at most 10000 are allowed"),
        ("title=\udcff", "title: is not Unicode text"),
        ("seed", "'seed' is not written key=value"),
        ("=3", "'' is not a key path"),
        ("layers[x].units=3", "'layers[x].units' is not a key path"),
    ],
)
def test_a_wrong_assignment_is_answered_in_one_line(assignment, line):
    with pytest.raises(ScenarioError) as caught:
        edit.set_from_text(MOONS, assignment)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_assignments_made_together_have_to_hold_only_together():
    both = ("training.loss=cross_entropy", "layers[1].activation=softmax", "layers[1].units=2")
    assert edit.set_from_text(MOONS, *both).training.loss == "cross_entropy"
    with pytest.raises(ScenarioError):
        edit.set_from_text(MOONS, both[0])


def test_an_edit_leaves_the_old_scenario_as_it_was():
    before = dump(MOONS)
    edit.set_layer(edit.set_value(MOONS, "seed", 7), 0, units=3)
    assert dump(MOONS) == before


@pytest.mark.parametrize(
    ("path", "kind", "limits", "optional"),
    [
        ("layers[3].units", "int", (1, 4096), False),
        ("layers[0].skip", "int", (1, 2**31 - 1), True),
        ("training.learning_rate", "float", (0, 1e6), True),
        ("training.nesterov", "bool", (None, None), False),
        ("training.optimizer", "choice", (None, None), False),
        ("data.file", "text", (None, None), True),
        ("data.features", "names", (None, None), False),
    ],
)
def test_the_editor_is_told_what_a_key_may_hold(path, kind, limits, optional):
    field = schema.find(path)
    assert (field.kind, (field.minimum, field.maximum), field.optional) == (kind, limits, optional)


def test_choices_come_in_the_models_order_and_words_beside_numbers_too():
    assert schema.find("training.optimizer").choices == ("sgd", "adagrad", "rmsprop", "adam", "adamw")
    assert schema.find("training.batch_size").choices == ("full",)


def test_one_layer_of_a_repeated_entry_is_edited_alone_and_joined_again_when_it_is_equal_again():
    changed = edit.set_layer(MOONS, 3, units=20, activation="relu")
    assert [layer.repeat for layer in changed.layers] == [3, 1, 4, 1]
    assert edit.set_layer(changed, 3, units=10, activation="sigmoid") == MOONS


def test_an_added_layer_is_like_the_hidden_layer_before_it():
    assert units(edit.add_layer(stack(2, 3, 4), 2)) == [2, 3, 3, 4, 1]
    assert units(edit.add_layer(stack(2, 3, 4), 0)) == [2, 2, 3, 4, 1]
    assert edit.add_layer(MOONS, 4) == edit.set_value(MOONS, "layers[0].repeat", 9)


def test_a_layer_added_at_the_end_goes_before_the_output_unless_it_is_given():
    assert units(edit.add_layer(stack(2, 3), 3)) == [2, 3, 3, 1]
    assert units(edit.add_layer(stack(), 1)) == [10, 1]
    assert units(edit.add_layer(stack(2), 2, Dense(units=5, activation="sigmoid"))) == [2, 1, 5]


def test_layers_are_removed_doubled_and_moved_by_their_position():
    assert units(edit.remove_layer(stack(2, 3, 4), 1)) == [2, 4, 1]
    assert units(edit.duplicate_layer(stack(2, 3, 4), 1)) == [2, 3, 3, 4, 1]
    assert units(edit.move_layer(stack(2, 3, 4), 0, 2)) == [3, 4, 2, 1]
    assert units(edit.move_layer(stack(2, 3, 4), 2, 0)) == [4, 2, 3, 1]


def test_the_last_layer_is_not_removed():
    with pytest.raises(ScenarioError, match="the last layer cannot be removed"):
        edit.remove_layer(stack(), 0)


@pytest.mark.parametrize(
    "change",
    [
        lambda scenario: edit.remove_layer(scenario, 9),
        lambda scenario: edit.set_layer(scenario, -1, units=3),
        lambda scenario: edit.move_layer(scenario, 0, 9),
        lambda scenario: edit.add_layer(scenario, 10, Dense(units=3)),
    ],
)
def test_a_position_outside_the_network_is_named_with_those_that_there_are(change):
    with pytest.raises(ScenarioError, match=r"there is no layer -?\d+; they are numbered 0 to \d"):
        change(MOONS)


def test_a_wrong_key_of_a_layer_is_answered_with_the_layers_position():
    with pytest.raises(ScenarioError, match=r"^layers\[5\]\.units: must be an integer"):
        edit.set_layer(MOONS, 5, units="ten")
    with pytest.raises(ScenarioError, match=r"^layers\[5\]\.unit: unknown key; did you mean 'units'"):
        edit.set_layer(MOONS, 5, unit=10)


def test_the_weight_shown_first_stays_inside_the_network():
    scenario = edit.set_value(stack(4, 6), "view.weight.layer", 1)
    scenario = edit.set_values(scenario, [("view.weight.row", 5), ("view.weight.column", 3)])
    assert edit.set_layer(scenario, 1, units=2).view == View(weight=Weight(1, 1, 3))
    assert edit.set_layer(scenario, 0, units=2).view == View(weight=Weight(1, 5, 1))
    assert edit.remove_layer(edit.remove_layer(scenario, 0), 0).view == View()


@pytest.mark.parametrize(("kind", "rows"), [("rnn", 5), ("lstm", 20), ("gru", 15)])
def test_the_weight_of_any_gate_of_a_recurrent_layer_stays_chosen(kind: str, rows: int):
    chosen = [("data.source", "recall"), ("layers[0].type", kind), ("view.weight.row", rows - 1)]
    scenario = edit.set_values(stack(5), chosen)
    assert edit.set_value(scenario, "seed", 7).view.weight == Weight(0, rows - 1, 0)
    assert edit.set_layer(scenario, 0, units=4).view.weight.row < 4 * rows // 5


@given(scenarios(), st.data())
def test_any_layer_edit_does_to_the_written_out_network_what_it_says_and_can_be_saved(scenario, data):
    network = [layer for _, layer in scenario.expanded()]
    position = data.draw(st.integers(0, len(network) - 1))
    try:
        doubled = edit.duplicate_layer(scenario, position)
    except ScenarioError:  # the output doubled may not suit the loss
        return
    network.insert(position, network[position])
    assert [(type(layer), layer.width) for _, layer in doubled.expanded()] == [
        (type(layer), layer.width) for layer in network
    ]
    for one, other in zip(doubled.layers, doubled.layers[1:], strict=False):
        assert one != other
    assert parse(dump(doubled)) == doubled
    assert edit.remove_layer(doubled, position).expanded()[-1][1].units == network[-1].units


@pytest.mark.parametrize("key", ["9" * 3000, "training." + "x" * 3000, "layers[" + "9" * 3000 + "].units"])
def test_however_long_a_key_is_the_error_is_short(key):
    with pytest.raises(ScenarioError) as error:
        edit.set_from_text(load_scenario("relu-he"), f"{key}=3")
    assert len(str(error.value)) < 500


def test_to_learn_from_a_file_means_all_of_it_unless_the_same_edit_says_how_many():
    drawn = edit.set_values(MOONS, [("data.samples", 300), ("data.noise", 0.5)])
    to_file = ("data.source = file", "data.file=mine.csv", "data.target=y")
    data = edit.set_from_text(drawn, *to_file).data
    assert (data.samples, data.noise) == (None, 0.0)
    assert edit.set_from_text(drawn, "data.samples=40", *to_file).data.samples == 40
    chosen = edit.set_from_text(drawn, *to_file, "data.samples=40")
    assert edit.set_from_text(chosen, "data.file=other.csv", "data.source=file").data.samples == 40


def test_a_weight_that_an_edit_leaves_outside_is_another_and_one_that_it_names_is_the_one_named():
    chosen = edit.set_value(MOONS, "view.weight.row", 9)
    assert edit.set_value(chosen, "layers[0].units", 4).view.weight.row == 3
    assert edit.set_value(MOONS, "view.weight.layer", 77).view.weight.layer == 77
