"""`vgtui theory`: what mean-field theory expects of a network at initialisation, and what was drawn."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import click

from vgtui.cli.options import Whole, chosen_scenario, layout_option, scenario_argument, set_option

if TYPE_CHECKING:
    from vgtui.analysis.ensemble import Ensemble
    from vgtui.analysis.theory import FlowPrediction, LayerPrediction, Phase

MEASURES = ("weight_grad_log10", "delta_log10")
"""What is predicted and measured alike."""

COLUMNS = (
    f"   # {'layer':<14}{'σw²':>9}{'σb²':>9}{'q':>9}{'c':>11}{'chi':>10}"
    f"   {'log10 |dL/dW|':<15}{'measured':<23}  {'log10 |delta|':<15}measured"
)


@click.command()
@scenario_argument
@click.option(
    "--seeds",
    type=Whole(1, 10_000),
    default=1,
    help="Networks to draw; by default the scenario's own.",
)
@layout_option
@set_option
def theory(scenario: str, seeds: int, layout: str, assignments: tuple[str, ...]) -> None:
    """Print what mean-field theory predicts for SCENARIO at initialisation, layer by layer, beside what is drawn.

    Of several networks, which differ in the seed and learn from the same data, the median is printed with the
    quartiles.
    """
    chosen = chosen_scenario(scenario, assignments)
    from vgtui.analysis.ensemble import ensemble
    from vgtui.analysis.theory import predict_flow

    predicted, drawn = predict_flow(chosen), ensemble(chosen, seeds)
    if layout == "jsonl":
        for layer in predicted.layers:
            click.echo(json.dumps(_values(layer, drawn), allow_nan=False))
        return
    click.echo(_heading(predicted, drawn))
    for layer in predicted.layers:
        click.echo(_line(layer, drawn))
    for line in _ending(predicted):
        click.echo(line)


def _values(layer: LayerPrediction, drawn: Ensemble) -> dict[str, Any]:
    """One layer as plain data; `measured` has lower quartile, median and upper quartile."""
    from vgtui.cli.rows import plain

    told = {name: plain(getattr(layer, name)) for name in layer.__dataclass_fields__}
    told["seeds"] = len(drawn.seeds)
    for measure in MEASURES:
        quartiles = drawn.quartiles(measure)[:, layer.layer].tolist()
        told[f"{measure}_measured"] = [plain(value) for value in quartiles]
    return told


def _heading(predicted: FlowPrediction, drawn: Ensemble) -> str:
    count = len(drawn.seeds)
    networks = "one network" if count == 1 else f"{count} networks: median [quartiles]"
    return f"At initialisation, measured on the first batch of {networks}\n\n{COLUMNS}"


def _line(layer: LayerPrediction, drawn: Ensemble) -> str:
    """One layer under COLUMNS."""
    from vgtui.cli.rows import named

    numbers = (layer.weight_variance, layer.bias_variance, layer.q, layer.correlation, layer.chi)
    widths = (9, 9, 9, 11, 10)
    told = "".join(f"{_short(value):>{width}}" for value, width in zip(numbers, widths, strict=True))
    pairs = [_pair(layer, drawn, measure) for measure in MEASURES]
    return f"{layer.layer:>4} {named(layer.name, 14)}{told}   {pairs[0]}  {pairs[1].rstrip()}"


def _pair(layer: LayerPrediction, drawn: Ensemble, measure: str) -> str:
    """Predicted with its spread, measured with its quartiles."""
    value = getattr(layer, measure)
    spread = getattr(layer, measure.replace("log10", "spread"))
    low, middle, high = drawn.quartiles(measure)[:, layer.layer].tolist()
    theory_text = "—" if math.isnan(value) else f"{value:.2f} ±{spread:.2f}"
    measured = "—" if math.isnan(middle) else f"{middle:.2f}"
    if len(drawn.seeds) > 1 and not math.isnan(middle):
        measured += f" [{low:.2f}, {high:.2f}]"
    return f"{theory_text:<15}{measured:<23}"


def _short(value: float) -> str:
    return "—" if math.isnan(value) else f"{value:.4g}"


def _ending(predicted: FlowPrediction) -> list[str]:
    """The phase, or why there is none, and what the numbers rest on."""
    if predicted.silence:
        kept = [
            f"Layer {times.layer} keeps {10**times.forget_log10:.4g} of its state a step with its gates at rest."
            for times in predicted.times
        ]
        return ["", f"No prediction: {predicted.silence}.", *kept]
    phase = predicted.phase
    return ["", *([_phase(phase)] if phase else []), f"Assumed: {predicted.assumptions}."]


def _phase(phase: Phase) -> str:
    """`ordered: chi_1 = 0.0557 ...` in a sentence."""
    depth = (
        "not at all"
        if math.isinf(phase.correlation_depth)
        else f"e-fold in {phase.correlation_depth:.3g} layers"
    )
    return (
        f"More layers like layer {phase.layer}: {phase.name}, chi_1 = {phase.chi_1:.5g} at q* = {phase.q_star:.5g},"
        f" c* = {phase.c_star:.4g}; correlations settle {depth} (xi_c), q in {phase.variance_depth:.3g} (xi_q)."
    )
