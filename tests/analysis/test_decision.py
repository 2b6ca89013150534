"""The pictures of what a network answers: the answers are the network's, at the places that are told."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

import vgtui
from vgtui.analysis.decision import AlongTime, Curve, Images, NoPicture, Plane, decision
from vgtui.scenario.model import Data, Dense, Scenario, Training


def simulation(**changes):
    return vgtui.Simulation(replace(vgtui.load_scenario("keras-moons"), **changes))


def test_a_plane_holds_the_answer_at_every_place_of_the_grid():
    sim = simulation()
    sim.step(5)
    plane = decision(sim, 7, 5)
    assert isinstance(plane, Plane)
    assert plane.answer.shape == (5, 7)
    assert plane.y[0] > plane.y[-1]
    for row, column in ((0, 0), (4, 6), (2, 3)):
        place = np.array([[plane.x[column], plane.y[row]]])
        assert plane.answer[row, column] == sim.predict(place)[0, 0]
    inputs = np.concatenate([sim.dataset.train_inputs, sim.dataset.test_inputs])
    assert np.array_equal(plane.samples.places, inputs)
    assert plane.samples.test.sum() == len(sim.dataset.test_inputs)
    assert plane.x[0] < inputs[:, 0].min() <= inputs[:, 0].max() < plane.x[-1]


def test_made_features_and_a_scale_are_made_for_the_grid_as_they_were_for_the_samples():
    data = Data(
        source="circles", samples=60, features=("x1", "x2", "x1_squared", "sin_x2"), scaling="standard"
    )
    sim = simulation(data=data)
    sim.step(3)
    plane = decision(sim, 401, 401)
    answers = sim.predict(sim.dataset.train_inputs)[:, 0]
    for sample in range(10):
        x, y = sim.dataset.train_inputs[sample, :2]
        near = plane.answer[np.abs(plane.y - y).argmin(), np.abs(plane.x - x).argmin()]
        assert near == pytest.approx(answers[sample], abs=2e-2 * np.ptp(answers) + 1e-9)


def test_more_than_two_classes_are_told_by_the_class_and_how_sure_it_is():
    layers = (Dense(units=8, activation="tanh"), Dense(units=3, activation="linear"))
    training = Training(loss="cross_entropy")
    sim = vgtui.Simulation(Scenario(data=Data(source="blobs", classes=3), layers=layers, training=training))
    plane = decision(sim, 4, 4)
    assert plane.classes == 3
    logits = sim.predict(np.array([[plane.x[1], plane.y[2]]]))[0]
    assert plane.answer[2, 1] == logits.argmax()
    assert plane.sure[2, 1] == pytest.approx(1 / np.sum(np.exp(logits - logits.max())))


def test_one_input_gives_a_curve():
    sim = vgtui.Simulation(vgtui.load_scenario("width-1"))
    curve = decision(sim, 10, 10)
    assert isinstance(curve, Curve)
    assert curve.answer[3] == sim.predict(curve.x[3:4, None])[0, 0]


def test_digits_are_shown_with_their_guesses():
    sim = vgtui.Simulation(vgtui.load_scenario("digits-deep-cnn"))
    images = decision(sim, 10, 10)
    assert isinstance(images, Images)
    assert images.images[0].shape == (8, 8)
    assert np.array_equal(images.images[2].ravel(), sim.dataset.test_inputs[2])
    assert images.guesses[2] == sim.predict(sim.dataset.test_inputs[2:3]).argmax()
    assert np.array_equal(images.labels[:5], sim.dataset.test_labels[:5])


def test_along_time_the_last_answer_is_that_to_the_whole_sequence():
    sim = vgtui.Simulation(vgtui.load_scenario("gru"))
    along = decision(sim, 10, 10)
    assert isinstance(along, AlongTime)
    answers = sim.predict(sim.dataset.test_inputs[:1])[0]
    assert along.answer[-1] == pytest.approx(answers[int(along.target)], rel=1e-12)
    cut = sim.dataset.test_inputs[:1].reshape(along.inputs.shape).copy()
    cut[3:] = 0.0
    assert along.guesses[2] == sim.predict(cut.reshape(1, -1))[0].argmax()


def test_what_has_no_picture_says_so(tmp_path):
    rows = np.random.default_rng(0).normal(size=(40, 4))
    file = tmp_path / "four.csv"
    lines = ["a,b,c,d", *(",".join(map(str, row)) for row in rows)]
    file.write_text("\n".join(lines))
    data = Data(source="file", file=str(file), target="d")
    layers, training = (Dense(units=1, activation="linear"),), Training(loss="mean_squared_error")
    found = decision(vgtui.Simulation(Scenario(data=data, layers=layers, training=training)), 4, 4)
    assert isinstance(found, NoPicture)
    assert "3 inputs" in found.reason
