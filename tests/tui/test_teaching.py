"""What the pages of a lesson do to the experiment, and that going back undoes it to the bit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from msgspec.structs import replace

import vgtui
from vgtui.engine.probe import Probe
from vgtui.scenario.lesson import stops
from vgtui.scenario.model import Action, Lesson, Question, Scenario, Weight
from vgtui.tui.experiment import Experiment
from vgtui.tui.teaching import Teaching

PAGES = (
    Lesson(say="nothing"),
    Lesson(say="train", do=Action(run=70)),
    Lesson(say="edit", do=Action(set=("training.optimizer=sgd", "layers[0].activation=tanh"), step=30)),
    Lesson(
        say="ask",
        do=Action(weight=Weight(layer=1, row=2, column=3), sample=4),
        ask=Question(question="and now?", answer="so", do=Action(set=("seed=7",), step=5)),
    ),
    Lesson(say="anew", do=Action(restart=True, run=9)),
)


def taught() -> Scenario:
    return replace(vgtui.load_scenario("relu-he"), lesson=PAGES)


@dataclass(frozen=True)
class State:
    """All of an experiment that must not differ; `bits` are the parameters and the loss of what comes next."""

    scenario: Scenario
    step: int
    weight: Weight
    seen: int
    bits: bytes

    @classmethod
    def of(cls, experiment: Experiment) -> State:
        simulation, seen = experiment.simulation, experiment.curve().step
        parameters = b"".join(array.tobytes() for array in simulation.parameters.values())
        following = np.float64(Probe.of(simulation).step(3).loss).tobytes()
        return cls(
            experiment.scenario,
            experiment.step_index,
            experiment.choice.weight,
            int(seen[-1]),
            parameters + following,
        )


def go_to(teaching: Teaching, experiment: Experiment, stop: int) -> State:
    """To a stop, and to the end of what it runs."""
    goal = teaching.go_to(experiment, stop)
    if goal is not None:
        experiment.train_to(goal)
    return State.of(experiment)


def test_a_page_does_what_it_says_in_order():
    experiment, teaching = Experiment.opened(taught()), Teaching()
    states = [go_to(teaching, experiment, stop) for stop in range(6)]
    assert [state.step for state in states] == [0, 70, 100, 100, 5, 9]
    assert [state.scenario.training.optimizer for state in states] == ["adam", "adam", *["sgd"] * 4]
    assert [state.scenario.seed for state in states] == [42] * 4 + [7] * 2
    assert states[3].weight == Weight(layer=1, row=2, column=3)
    plain = vgtui.Simulation(taught())
    plain.step(70)
    assert states[1].bits.startswith(b"".join(array.tobytes() for array in plain.parameters.values()))


def test_training_to_a_step_ends_at_the_first_loss_that_is_no_number_whatever_the_points_of_the_curve():
    experiment = Experiment.opened(vgtui.load_scenario("explodes"))
    experiment.train_to(60)
    plain = vgtui.Simulation(experiment.scenario)
    while not np.isnan(plain.step().loss):
        pass
    assert experiment.step_index == plain.step_index < 60
    assert experiment.is_nan


def test_going_back_undoes_a_page_to_the_bit_and_going_on_does_it_again():
    experiment, teaching = Experiment.opened(taught()), Teaching()
    states = [go_to(teaching, experiment, stop) for stop in range(6)]
    for stop in (4, 3, 2, 1, 0):
        assert go_to(teaching, experiment, stop) == states[stop]
    for stop in range(1, 6):
        assert go_to(teaching, experiment, stop) == states[stop]
    assert go_to(teaching, experiment, 1) == states[1]
    experiment.move(-20)
    assert experiment.step_index == 50, "the time before a page is still there"


def test_what_is_tried_between_two_pages_is_put_back_before_the_next():
    tidy, untidy = (Experiment.opened(taught()) for _ in range(2))
    calm, teaching = Teaching(), Teaching()
    for stop in (0, 1, 2):
        expected = go_to(calm, tidy, stop)
    go_to(teaching, untidy, 0)
    untidy.step(13)
    teaching.go_to(untidy, 1)  # and on before it has run to its end
    untidy.edit(lambda scenario: replace(scenario, seed=3))
    assert go_to(teaching, untidy, 2) == expected


def test_another_experiment_begins_its_own_lesson_and_there_is_nothing_past_the_end():
    teaching = Teaching()
    first, second = Experiment.opened(taught()), Experiment.opened(taught())
    go_to(teaching, first, 1)
    assert go_to(teaching, second, 0).step == 0
    for stop in range(1, 6):
        go_to(teaching, second, stop)
    assert teaching.go_to(second, 6) is None
    assert second.step_index == 9


def test_a_page_with_a_question_is_two_stops():
    assert [(stop.page, stop.answered) for stop in stops(PAGES)] == [
        (0, False),
        (1, False),
        (2, False),
        (3, False),
        (3, True),
        (4, False),
    ]


@pytest.mark.parametrize(
    ("page", "line"),
    [
        ('say = " "', "lesson[0].say: has nothing to say"),
        ('say = "a"\ndo = { set = ["trainin.rate=3"] }', "lesson[0].do.set: trainin: unknown key"),
        ('say = "a"\ndo = { set = ["seed"] }', "lesson[0].do.set: 'seed' is not written key=value"),
        ('say = "a"\ndo = { layer = 9 }', "lesson[0].do.layer: there is no layer 9; the last is 8"),
        (
            'say = "a"\ndo = { weight = { layer = 9 } }',
            "lesson[0].do.weight.layer: there is no layer 9; the last is 8",
        ),
        ('say = "a"\ndo = { run = 0 }', "lesson[0].do.run: must be an integer from 1"),
        ('say = "a"\ndo = { run = 1, step = 1 }', "lesson[0].do: give `step` or `run`, not both"),
        ('say = "a"\ndo = { show = "los" }', "lesson[0].do.show: unknown show 'los'; did you mean 'lost'?"),
        ('say = "a"\ndo = { set = "seed=1" }', "lesson[0].do.set: must be an array of texts, not 'seed=1'"),
        ('say = "a"\ndo = { set = [1] }', "lesson[0].do.set[0]: must be text, not 1"),
        ('say = "a"\nask = { question = "q" }', "lesson[0].ask.answer: is missing"),
        (
            'say = "a"\nask = { question = "q", answer = "b", choices = ["c"], right = 1 }',
            "lesson[0].ask: `choices` must be 2 to 6, or none for a free guess",
        ),
        (
            'say = "a"\nask = { question = "q", answer = "b", choices = ["c", "d"] }',
            "lesson[0].ask: `choices` and `right`, the number of the right one, go together",
        ),
        (
            'say = "a"\nask = { question = "q", answer = "b", choices = ["c", "d"], right = 3 }',
            "lesson[0].ask: `right` must be at most 2, the number of `choices`",
        ),
        (
            'say = "a"\nask = { question = "q", answer = "b", do = { set = ["seed=x"] } }',
            "lesson[0].ask.do.set: seed: must be an integer",
        ),
    ],
)
def test_a_lesson_that_cannot_be_is_told_in_one_line(page, line, tmp_path):
    from vgtui.scenario.library import dump, load_scenario

    path = tmp_path / "mine.toml"
    path.write_text(f"{dump(load_scenario('relu-he'))}\n[[lesson]]\n{page}\n")
    with pytest.raises(vgtui.ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value).startswith(f"{path}: {line}")
    assert "\n" not in str(caught.value)
