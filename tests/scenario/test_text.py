"""Scenario text: what is read, how each fault is answered, and that what is written is read back."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.scenario.strategies import scenarios
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.library import dump, parse, preset_folder
from vgtui.scenario.model import Data, Dense, Lesson, Pool, Question, Rnn, Scenario
from vgtui.scenario.schema import fields
from vgtui.scenario.spellings import VALUES
from vgtui.scenario.text import checked

LAYER = '[[layers]]\ntype = "dense"\nunits = 1\nactivation = "sigmoid"\n'


def answer(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse(text, source="mine.toml")
    return str(caught.value)


def test_the_shortest_scenario_is_one_layer_and_the_defaults():
    assert parse(LAYER) == Scenario(layers=(Dense(units=1, activation="sigmoid"),))


def test_an_integer_is_read_where_a_number_is_meant():
    rate = parse(f"{LAYER}[training]\nlearning_rate = 1").training.learning_rate
    assert rate == 1.0
    assert isinstance(rate, float)


@given(scenarios())
def test_what_is_written_is_read_back_equal(scenario):
    assert parse(dump(scenario)) == scenario


def test_the_lines_of_a_text_survive_being_written():
    lesson = 'one\n\ttwo\n\\ """three"'
    scenario = Scenario(layers=(Dense(units=1, activation="sigmoid"),), lesson=(Lesson(say=lesson),))
    assert parse(dump(scenario)) == scenario


@pytest.mark.parametrize("character", ["\\u001b", "\\r", "\\u0007", "\\u0000", "\\u009b", "\\u007f"])
@pytest.mark.parametrize(
    ("place", "written"),
    [
        ("title", 'title = "a{}b"\n' + LAYER),
        ("lesson[0].say", LAYER + '[[lesson]]\nsay = """\none\n{}two"""\n'),
        ("data.file", LAYER + '[data]\nsource = "file"\nfile = "{}.csv"\ntarget = "y"\n'),
        ("data.features[1]", LAYER + '[data]\nfeatures = ["x1", "{}"]\n'),
    ],
)
def test_no_text_holds_what_a_terminal_would_obey(place, written, character):
    with pytest.raises(ScenarioError) as caught:
        parse(written.format(character))
    line = str(caught.value)
    assert line.startswith(f"{place}: ")
    assert line.isprintable()


@pytest.mark.parametrize("title", ["a\\nb", "a\\n", "a\\tb", "a\\u2028b"])
def test_a_title_is_one_line(title):
    with pytest.raises(ScenarioError, match="`title` must be one line"):
        parse(f'title = "{title}"\n{LAYER}')


def test_a_written_scenario_shows_what_a_reader_looks_for_and_leaves_other_defaults_out():
    text = dump(parse(LAYER))
    for line in (
        'activation = "sigmoid"',
        'init = "glorot_uniform"',
        'loss = "binary_cross_entropy"',
        "seed = 42",
    ):
        assert line in text.splitlines()
    assert "[[layers]]" in text.splitlines()
    assert "beta1" not in text
    assert "[view]" not in text


def test_features_are_written_on_one_line_in_their_order():
    data = Data(features=("x2", "x1_squared"))
    text = dump(Scenario(data=data, layers=(Dense(units=1, activation="sigmoid"),)))
    assert 'features = ["x2", "x1_squared"]' in text.splitlines()
    assert parse(text).data == data


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            LAYER.replace("sigmoid", "sigmod"),
            "layers[0].activation: unknown activation 'sigmod'; did you mean 'sigmoid'?",
        ),
        (
            LAYER.replace("sigmoid", "ReLU6"),
            "layers[0].activation: unknown activation 'ReLU6'; did you mean 'relu'?",
        ),
        (LAYER.replace('"sigmoid"', "3"), "layers[0].activation: must be one of linear, sigmoid, "),
        (LAYER.replace("dense", "dens"), "layers[0].type: unknown type 'dens'; did you mean 'dense'?"),
        (LAYER.replace('"dense"', "1"), 'layers[0].type: must be "dense" or '),
        (LAYER.replace('"dense"', '"lstn"'), "layers[0].type: unknown type 'lstn'; did you mean 'lstm'?"),
        (LAYER.replace('type = "dense"\n', ""), 'layers[0].type: is missing; give "dense"'),
        (LAYER.replace("units = 1\n", ""), "layers[0].units: is missing; give an integer from 1 to 4096"),
        (
            LAYER.replace("units = 1", "units = 0"),
            "layers[0].units: must be an integer from 1 to 4096, not 0",
        ),
        (
            LAYER.replace("units = 1", 'units = "ten"'),
            "layers[0].units: must be an integer from 1 to 4096, not 'ten'",
        ),
        (
            LAYER.replace("units = 1", "units = 1.5"),
            "layers[0].units: must be an integer from 1 to 4096, not 1.5",
        ),
        (
            LAYER.replace("units = 1", "units = true"),
            "layers[0].units: must be an integer from 1 to 4096, not true",
        ),
        (
            LAYER.replace("units = 1", "units = 1979-05-27"),
            "layers[0].units: must be an integer from 1 to 4096, not a date",
        ),
        (LAYER + LAYER.replace("units", "unit"), "layers[1].unit: unknown key; did you mean 'units'?"),
        (
            f"{LAYER}[training]\nlearning_rte = 1",
            "training.learning_rte: unknown key; did you mean 'learning_rate'?",
        ),
        (
            f"{LAYER}[training]\nlearning_rate = 0",
            "training.learning_rate: must be a number above 0 and at most 1000000, not 0",
        ),
        (
            f"{LAYER}[training]\nmomentum = 1.0",
            "training.momentum: must be a number of at least 0 and below 1, not 1.0",
        ),
        (
            f'{LAYER}[view]\narrangement = "tech"',
            "view.arrangement: unknown arrangement 'tech'; did you mean 'teach'?",
        ),
        (
            f'{LAYER}[[view.columns]]\npanes = [{{ pane = "gradiant" }}]',
            "view.columns[0].panes[0].pane: unknown pane 'gradiant'; did you mean 'gradient'?",
        ),
        (
            f'{LAYER}[[view.columns]]\npanes = [{{ pane = "loss", height = 0 }}]',
            "view.columns[0].panes[0].height: must be a number above 0, not 0",
        ),
        (
            f'{LAYER}[[view.columns]]\npanes = [{{ pane = "loss" }}, {{ pane = "loss" }}]',
            "view: `columns` show the pane 'loss' 2 times; once is enough",
        ),
        (
            f"{LAYER}[view]\ncolumns = [{{ panes = [] }}]",
            "view.columns[0].panes: needs at least one [[view.columns[0].panes]] table",
        ),
        (
            f'{LAYER}[view]\narrangement = "tune"\ncolumns = [{{ panes = [{{ pane = "loss" }}] }}]',
            "view: give `arrangement` or `columns`, not both",
        ),
        (
            f"{LAYER}dropout = 1.0",
            "layers[0].dropout: must be a number of at least 0 and below 1, not 1.0",
        ),
        (
            f"{LAYER}dropout = 0.5",
            "layers[0].dropout: the last layer gives the answer, of which nothing may be",
        ),
        ("[[layers]]\ntype = 'pool'\ndropout = 0.5", "layers[0].dropout: unknown key"),
        (f"{LAYER}[training]\nl2 = -0.1", "training.l2: must be a number of at least 0, not -0.1"),
        (f"{LAYER}[training]\nl3 = 0.1", "training.l3: unknown key; did you mean 'l"),
        (
            f"{LAYER}[training]\ngradient_noise = true",
            "training.gradient_noise: must be a number of at least 0",
        ),
        (f"{LAYER}[training]\nbatch_size = 'half'", "or 'full', not 'half'"),
        (f"{LAYER}[training]\nlr = 1\nlearning_rate = 1", "training.learning_rate: says 'lr' a second time"),
        (f"{LAYER}[training]\nnesterov = 1", "training.nesterov: must be true or false, not 1"),
        (f"{LAYER}[training]\nnesterov = true", "training: `nesterov` needs"),
        (f"{LAYER}[data]\nnoise = nan", "data.noise: must be a finite number of at least 0, not nan"),
        (f"{LAYER}[data]\nfeatures = 'x1'", "data.features: must be an array of names out of x1, x2, x1_squ"),
        (f"{LAYER}[data]\nfeatures = ['x1', 2]", "data.features[1]: must be text, not 2"),
        (f"{LAYER}[[lesson]]\nsay = 'x'\ndo.set = [1]", "lesson[0].do.set[0]: must be text, not 1"),
        (f"{LAYER}[data]\nfeatures = ['x2_sqared']", "data.features[0]: unknown name 'x2_sqared'; did you"),
        (f"{LAYER}[data]\nsource = 'file'", "data: `file` and"),
        (f"data = 3\n{LAYER}", "data: must be a table, not 3"),
        (f"[trainning]\n{LAYER}", "trainning: unknown key; did you mean 'training'?"),
        (f"lesson = [3]\n{LAYER}", "lesson[0]: must be a table, not 3"),
        ("layers = 3", "layers: must be an array of tables ([[layers]]), not 3"),
        ("layers = []", "layers: needs at least one [[layers]] table"),
        ("seed = 1", "layers: is missing"),
        (" \n", "is empty; a scenario needs at least one [[layers]] table"),
        ("seed = 1\nseed 2", "(at line 2, column 6)"),
        ("seed = ", "not valid TOML: "),
        ("seed = \x00", "not valid TOML"),
        (
            f"seed = {2**70}\n{LAYER}",
            "seed: must be an integer from 0 to 4294967295, not an integer of 71 bits",
        ),
        (f"seed = {'9' * 5000}\n{LAYER}", "a number of thousands of digits"),
        (f"seed = 0x{'f' * 9000}\n{LAYER}", "not an integer of 36000 bits"),
        (f"{LAYER}[data]\nnoise = 0x{'f' * 9000}", "data.noise: must be a number of at least 0"),
        (f"{LAYER}[data]\nnoise = 1e999", "data.noise: must be a finite number of at least 0, not inf"),
        (f"x = {'[' * 5000}", "nested too deeply"),
        (f"{'a.' * 400_000}b = 1", "a key of more than 32 parts (at line 1)"),
        (f"seed = 1\nx = {{ {'a.' * 400_000}b = 1 }}", "a key of more than 32 parts (at line 2)"),
        (f"{'a' * 900_000} = 1\n{LAYER}", "unknown key"),
        ("#" * 1_000_001, "has 1,000,001 characters; a scenario has at most 1,000,000"),
    ],
    ids=lambda text: text[-40:],
)
def test_each_fault_is_answered_in_one_short_line_that_names_file_and_place(text, line):
    answered = answer(text)
    assert answered.startswith("mine.toml: ")
    assert line in answered
    assert "\n" not in answered
    assert len(answered) < 400


def test_the_output_layer_must_suit_the_loss():
    assert answer(LAYER.replace("sigmoid", "tanh")).startswith(
        "mine.toml: layers[0].activation: binary_cross_entropy needs 'sigmoid'"
    )


def test_every_other_spelling_stands_for_a_name_that_its_key_takes():
    choices = {name: field.choices for kind in (Rnn, Pool, Dense) for name, field in fields(kind).items()}
    choices |= {
        name: field.choices for part in ("data", "training") for name, field in fields(part_of(part)).items()
    }
    choices["type"] = ("dense", "conv", "pool", "rnn", "lstm", "gru")
    for key, names in VALUES.items():
        assert set(names.values()) <= set(choices[key])
        assert not set(names) & set(choices[key])


def part_of(name: str) -> type:
    return fields(Scenario)[name].structs[0]


def test_the_spellings_of_keras_and_pytorch_are_read_and_the_fields_own_is_written():
    text = f"""
{LAYER.replace("sigmoid", "hardtanh").replace("dense", "linear")}kernel_initializer = "kaiming_normal"
normalization = "batch_norm"
[training]
loss = "mse_loss"
lr = 0.5
"""
    layer, training = parse(text).layers[0], parse(text).training
    assert (layer.activation, layer.init, layer.normalization) == ("hard_tanh", "he_normal", "batch")
    assert (training.loss, training.learning_rate) == ("mean_squared_error", 0.5)
    assert "kaiming" not in dump(parse(text))


PRESET = (preset_folder() / "keras-moons.toml").read_bytes()


@given(
    st.lists(st.tuples(st.integers(0, len(PRESET)), st.integers(0, 20), st.binary(max_size=8)), max_size=4)
)
@example([(0, len(PRESET), b"[" * 3000)])
def test_any_mangled_scenario_is_a_scenario_or_one_line(cuts):
    mangled = bytearray(PRESET)
    for start, length, inserted in cuts:
        mangled[start : start + length] = inserted
    check_read(mangled.decode("utf-8", "replace"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    ),
    st.sampled_from(
        [
            "seed",
            "data",
            "layers",
            "lesson",
            "view",
            "data.noise",
            "data.features",
            "training.loss",
            "view.weight",
        ]
    ),
)
def test_any_toml_value_at_any_key_is_a_scenario_or_one_line(value, key):
    check_read(f"{key} = {toml(value)}\n" + ("" if key == "layers" else LAYER))


def toml(value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, bool) or value is None:
        return "{}" if value is None else str(value).lower()
    return repr(value)


def check_read(text: str) -> None:
    try:
        scenario = parse(text, source="mine.toml")
    except ScenarioError as error:
        answered = str(error)
    else:
        answered = "mine.toml: "
        assert parse(dump(scenario)) == scenario
    assert answered.startswith("mine.toml: ")
    assert "\n" not in answered


@pytest.mark.parametrize("text", ["\x1b]0;mine\x07", "\x9b2J", "\x00", "\udcff"])
def test_what_could_not_be_read_back_cannot_be_made_in_python_either(text: str):
    whole = parse(LAYER)
    for made in (
        lambda: replace(whole, summary=text),
        lambda: Lesson(say=text),
        lambda: Question(question="?", answer="!", choices=("yes", text), right=1),
    ):
        with pytest.raises(ValueError, match=r"`(summary|say|choices)` (holds|is not)"):
            made()
    assert replace(whole, summary="two\nlines\tand ∂").summary == "two\nlines\tand ∂"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (Dense(units=-3), "layers[0].units"),
        (Dense(units=3, activation="foo"), "layers[0].activation"),
        (Dense(units=3, dropout=2.0), "layers[0].dropout"),
        (Dense(units=3, repeat=0), "layers[0].repeat"),
    ],
)
def test_a_value_that_no_file_may_hold_is_refused_where_python_made_it(wrong: Dense, place: str):
    scenario = Scenario(layers=(wrong, Dense(units=1, activation="sigmoid")))
    with pytest.raises(ScenarioError, match=re.escape(place)):
        checked(scenario)


def test_other_spellings_and_numpys_numbers_are_read_where_python_made_them():
    last = Dense(units=1, activation="sigmoid")
    made = Scenario(layers=(Dense(units=np.int64(3), init="xavier_uniform", gain=np.float32(0.5)), last))
    assert checked(made) == Scenario(layers=(Dense(units=3, init="glorot_uniform", gain=0.5), last))


def test_what_is_no_scenario_or_has_no_layer_is_told_of_as_that():
    with pytest.raises(TypeError, match=r"not a Scenario.*str"):
        checked("keras-moons")
    with pytest.raises(ValueError, match="at least one layer"):
        Scenario(layers=())


AT_ONCE = """
import sys, threading
from vgtui.scenario.library import load_scenario
from vgtui.scenario.text import checked

sys.setswitchinterval(1e-6)
scenario = load_scenario("keras-moons")
threads = [threading.Thread(target=checked, args=(scenario,)) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("alive")
"""


def test_threads_that_check_the_first_scenarios_at_once_do_not_end_the_program():
    ended = subprocess.run([sys.executable, "-c", AT_ONCE], check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, "alive\n"), ended.stderr
