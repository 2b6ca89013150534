"""What computes the numbers that a lesson's text claims: the engine, at the very stop of the lesson."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np
from msgspec.structs import replace

import vgtui
from vgtui.engine.probe import Probe
from vgtui.scenario.edit import get_value
from vgtui.scenario.lesson import CLAIM, stops
from vgtui.scenario.model import DEFAULT_ALPHA, Lesson, Scenario
from vgtui.scenario.text import to_table
from vgtui.tui.choice import Choice
from vgtui.tui.experiment import Experiment
from vgtui.tui.teaching import Teaching

WORDS = {
    "zero": 0,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "a hundred": 100,
    "a thousand": 1000,
    "a quarter": 0.25,
    "half": 0.5,
    "a tenth": 0.1,
}
"""Numbers that may be written out; what they stand for must be exact."""

FUNCTIONS = {
    "sigmoid_slope": lambda z: 1 / (1 + math.exp(-z)) * (1 - 1 / (1 + math.exp(-z))),
    "alpha": DEFAULT_ALPHA.get,
    "range": range,
    "sqrt": math.sqrt,
    "log": math.log,
    "log10": math.log10,
    "abs": abs,
    "max": max,
    "min": min,
}
"""What an expression may use at any stop."""

WRITTEN = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
    r"|hundred\w*|thousand\w*|million\w*|quarter|half|third|tenth|twice|double[ds]?|halve[sd]?)\b",
    re.IGNORECASE,
)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
NAMES = re.compile(r"\btwo moons\b|\bLesson \d+\b", re.IGNORECASE)


class Seen:
    """One stop of a lesson, as its text may speak of it. `page(n)` is the n-th page, from 1, at its last stop."""

    def __init__(self, simulation: Probe, choice: Choice) -> None:
        self.simulation = simulation
        self.choice = choice

    @cached_property
    def record(self) -> vgtui.StepRecord:
        return self.simulation.record or self.simulation.measure()

    @cached_property
    def evaluation(self) -> vgtui.Evaluation:
        return self.simulation.evaluate()

    @cached_property
    def chain(self) -> vgtui.ChainRule:
        weight = self.choice.weight
        return vgtui.chain_rule(self.simulation, weight.layer, weight.row, weight.column, self.choice.sample)

    @cached_property
    def findings(self) -> tuple[vgtui.Finding, ...]:
        return vgtui.diagnose(self.simulation)

    def names(self) -> dict[str, Any]:
        """What an expression may use."""
        seen = (self._of_layers(), self._of_weights(), self._of_chain(), self._of_time(), self._of_run())
        return {name: value for names in (FUNCTIONS, *seen) for name, value in names.items()}

    def _of_layers(self) -> dict[str, Any]:
        layers = self.record.layers
        return {
            "grad": lambda layer: layers[layer].weight_grad_norm,
            "delta": lambda layer: layers[layer].delta_norm,
            "slope": lambda layer: layers[layer].slope_mean,
            "saturated": lambda layer: layers[layer].saturated,
            "dead": lambda layer: layers[layer].dead,
            "mean": lambda layer: layers[layer].activation_mean,
            "std": lambda layer: layers[layer].activation_std,
            "update": lambda layer: layers[layer].update_ratio,
            "norm": lambda layer: layers[layer].weight_norm,
            "decades": lambda low, high: layers[high].weight_grad_log10 - layers[low].weight_grad_log10,
            "times_smaller": lambda low, high: layers[high].weight_grad_norm / layers[low].weight_grad_norm,
            "layers": len(layers),
            "hidden": len(layers) - 1,
        }

    def _of_weights(self) -> dict[str, Any]:
        now, drawn = self.simulation.parameters, self.simulation.initial_parameters
        gradients = self.simulation.gradients

        def moved(layer: int) -> float:
            name = f"{layer % len(self.record.layers)}.weight"
            return float(np.linalg.norm(now[name] - drawn[name]) / np.linalg.norm(drawn[name]))

        def fan_variance(layer: int) -> float:
            weight = drawn[f"{layer}.weight"]
            return float(weight.var() * weight.shape[1])

        return {
            "moved": moved,
            "fan_variance": fan_variance,
            "weight": lambda layer, row=0, column=0: float(now[f"{layer}.weight"][row, column]),
            "bias": lambda layer, row=0: float(now[f"{layer}.bias"][row]),
            "entry": lambda layer, row=0, column=0: float(gradients[f"{layer}.weight"][row, column]),
            "count": sum(array.size for array in now.values()),
        }

    def _of_chain(self) -> dict[str, Any]:
        chain, factors = self.chain, self.chain.factors
        return {
            "product": chain.product,
            "activation": chain.activation,
            "loss_slope": chain.loss_slope,
            "gain": lambda layer: factors[layer - chain.layer].gain,
            "weight_gain": lambda layer: factors[layer - chain.layer].weight_gain,
            "slope_gain": lambda layer: factors[layer - chain.layer].slope_gain,
            "norm_gain": lambda layer: factors[layer - chain.layer].norm_gain,
            "culprit": factors[chain.culprit].layer if chain.culprit is not None else -1,
        }

    def _of_time(self) -> dict[str, Any]:
        record = self.record
        times = record.times[0].hidden_log10 if record.times else np.zeros(1)
        return {
            "back": lambda time: float(10 ** times[time]),
            "back_decades": float(times[-1] - times[0]),
            "gate": lambda name: float(record.times[0].gates[name].mean()),
        }

    def _of_run(self) -> dict[str, Any]:
        record, evaluation = self.record, self.evaluation
        return {
            "loss": record.loss,
            "gradient": 10**record.gradient_log10,
            "clipped": record.clip_scale,
            "train_loss": evaluation.train_loss,
            "test_loss": evaluation.test_loss,
            "train_accuracy": evaluation.train_accuracy,
            "test_accuracy": evaluation.test_accuracy,
            "step": record.step,
            "epoch": record.epoch,
            "setting": lambda path: get_value(self.simulation.scenario, path),
            "found": lambda kind: any(finding.kind == kind for finding in self.findings),
            "findings": len(self.findings),
        }


@dataclass(frozen=True)
class Claim:
    """A number in a text, what computes it, and what that comes to. place: page and stop, from 1."""

    place: str
    shown: str
    expression: str
    value: float


def texts(pages: tuple[Lesson, ...]) -> Iterator[tuple[int, str]]:
    """(stop, text) of everything that a reader is told; of the choices only the right one is a claim."""
    for number, stop in enumerate(stops(pages)):
        page = pages[stop.page]
        if not stop.answered:
            yield number, page.say
            if page.ask is not None:
                yield number, page.ask.question
        elif page.ask is not None:
            right = "" if page.ask.right is None else page.ask.choices[page.ask.right - 1]
            yield number, f"{page.ask.answer}\n\n{right}"


def walked(scenario: Scenario) -> list[Seen]:
    """The lesson gone through from its first stop to its last."""
    experiment, teaching, seen = Experiment.opened(scenario), Teaching(), []
    for stop in range(len(stops(scenario.lesson))):
        goal = teaching.go_to(experiment, stop)
        if goal is not None:
            experiment.train_to(goal)
        seen.append(Seen(Probe.of(experiment.simulation), experiment.choice))
    return seen


def claims(scenario: Scenario, seen: list[Seen]) -> Iterator[Claim]:
    """Every number that the lesson marks; `seen` is the lesson gone through."""
    places = stops(scenario.lesson)

    def page(number: int) -> SimpleNamespace:
        return SimpleNamespace(
            **seen[max(k for k, place in enumerate(places) if place.page == number - 1)].names()
        )

    def shown(number: int) -> SimpleNamespace:
        return SimpleNamespace(
            **seen[min(k for k, place in enumerate(places) if place.page == number - 1)].names()
        )

    for stop, text in texts(scenario.lesson):
        for written, expression in CLAIM.findall(text):
            names = {**seen[stop].names(), "page": page, "shown": shown, "__builtins__": {}}
            value = float(eval(expression, names))
            yield Claim(f"page {places[stop].page + 1}", written, expression, value)


def agrees(shown: str, value: float) -> bool:
    """Whether the number as it is written is the value, rounded to the places that are written; a bare 0 is exact."""
    text = shown.strip().lower()
    if text == "0":
        return value == 0
    if text in WORDS:
        return math.isclose(value, WORDS[text], rel_tol=1e-9, abs_tol=1e-12)
    if text.endswith("%"):
        text, value = text[:-1], value * 100
    text = text.replace(",", "").replace("−", "-").strip()
    mantissa, _, exponent = text.partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    return abs(float(text) - value) <= 0.5 * 10**-decimals * (1 + 1e-9)


def unmarked(text: str) -> list[str]:
    """Numbers that a text types without saying what computes them; code is looked at by `quoted`."""
    rest = NAMES.sub("", CODE.sub("", CLAIM.sub("", text)))
    return re.findall(r"\S*\d\S*", rest) + WRITTEN.findall(rest)


def quoted(text: str) -> list[float]:
    """Every number that a text quotes as code, alone or as the value of a setting: `0.1`, `clip_norm = 1`."""
    spans = [span.strip("`") for span in CODE.findall(CLAIM.sub("", text)) if not span.startswith("```")]
    return [float(span) for span in (span.rpartition(" = ")[2] for span in spans) if _is_number(span)]


def settings(scenario: Scenario, seen: list[Seen]) -> set[float]:
    """Every number that the lesson may quote: what is set at any of its stops, how far it runs, and its layers."""
    numbers: set[float] = set()

    def gather(value: object) -> None:
        if isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                gather(inner)
        elif isinstance(value, int | float):
            numbers.add(float(value))

    for stop in seen:
        gather(to_table(replace(stop.simulation.scenario, lesson=())))
        numbers |= {float(stop.record.step), *map(float, range(len(stop.record.names)))}
    for stop in stops(scenario.lesson):
        numbers |= {float(count) for count in (stop.do.run, stop.do.step) if count is not None}
    return numbers


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", text) is not None
