"""`vgtui lost`, `paths`, `spectrum` and `slope`: what the analysis finds in a network, as a table or lines of JSON."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vgtui.cli.options import (
    COUNT,
    Whole,
    chosen_weight,
    layout_option,
    scenario_argument,
    set_option,
    steps_option,
    trained,
    weight_option,
)
from vgtui.scenario.errors import UserError

if TYPE_CHECKING:
    from vgtui.analysis.attenuation import Attenuation, WhereLost
    from vgtui.analysis.landscape import Slope
    from vgtui.analysis.paths import Path, Paths
    from vgtui.analysis.spectrum import SingularValues, Spectrum

Finding = TypeVar("Finding")
Weight = tuple[int, int, int]


@click.command()
@scenario_argument
@steps_option
@layout_option
@set_option
def lost(scenario: str, steps: int, layout: str, assignments: tuple[str, ...]) -> None:
    """Print where SCENARIO loses its gradient, and what takes it: a line for every layer, in decades.

    `total` is log10 of what is left of the gradient from the layer above; the parts beside it add up to it.
    """
    sim = trained(scenario, assignments, steps)
    from vgtui.analysis.attenuation import where_lost

    found = _asked(lambda: where_lost(sim))
    click.echo(_lost_table(found) if layout == "table" else _lost_lines(found), nl=False)


@click.command()
@scenario_argument
@weight_option
@click.option("--sample", type=COUNT, help="One sample of the batch instead of the whole.")
@click.option("--strongest", type=Whole(0, 1000), default=5, help="How many paths to tell; by default 5.")
@steps_option
@layout_option
@set_option
def paths(
    scenario: str, weight: Weight | None, sample: int | None, strongest: int, steps: int, layout: str,
    assignments: tuple[str, ...],
) -> None:  # fmt: skip
    """Print the paths that carry the gradient of one weight of SCENARIO: how many, the strongest, their sum."""
    sim = trained(scenario, assignments, steps)
    from vgtui.analysis.paths import paths as paths_of

    found = _asked(lambda: paths_of(sim, *chosen_weight(sim, weight), sample, strongest))
    click.echo(_paths_table(found) if layout == "table" else _paths_lines(found), nl=False)


@click.command()
@scenario_argument
@click.option("--sample", type=COUNT, default=0, help="A sample of the batch; by default the first.")
@steps_option
@layout_option
@set_option
def spectrum(scenario: str, sample: int, steps: int, layout: str, assignments: tuple[str, ...]) -> None:
    """Print the singular values of SCENARIO's Jacobian, and of every layer's, at one sample."""
    sim = trained(scenario, assignments, steps)
    from vgtui.analysis.spectrum import spectrum as spectrum_of

    found = _asked(lambda: spectrum_of(sim, sample))
    click.echo(_spectrum_table(found) if layout == "table" else _spectrum_lines(found), nl=False)


@click.command()
@scenario_argument
@weight_option
@click.option("--points", type=Whole(3, 10001), default=21, help="Points of the curve; by default 21.")
@steps_option
@layout_option
@set_option
def slope(
    scenario: str, weight: Weight | None, points: int, steps: int, layout: str, assignments: tuple[str, ...]
) -> None:
    """Print the loss of SCENARIO's next batch along one weight, and the step that is about to be taken."""
    sim = trained(scenario, assignments, steps)
    from vgtui.analysis.landscape import slope as slope_of

    found = _asked(lambda: slope_of(sim, *chosen_weight(sim, weight), points))
    click.echo(_slope_table(found) if layout == "table" else _slope_lines(found), nl=False)


def _asked(find: Callable[[], Finding]) -> Finding:
    """What was asked for; a weight or sample that is not there is the person's to mend."""
    try:
        return find()
    except ValueError as error:
        raise UserError(str(error)) from None


# -- lost -------------------------------------------------------------------------------------------------


def _lost_table(found: WhereLost) -> str:
    from vgtui.analysis.attenuation import PARTS

    lines = [f"{'':24}{'total':>10}" + "".join(f"{part:>15}" for part in PARTS)]
    for boundary in found.boundaries:
        mark = "  <- the culprit" if boundary.layer == found.culprit else ""
        origin = "the loss" if boundary.above is None else f"layer {boundary.above}"
        lines.append(_lost_row(f"{origin} to {boundary.layer} {boundary.name}", boundary) + mark)
    for layer, steps in found.through_time.items():
        lines.append(f"layer {layer} through time")
        lines += [
            _lost_row(f"  step {b.time + 1 if b.time is not None else 0} to {b.time}", b) for b in steps
        ]
    sums = "".join(f"{found.sum_of(part):>z15.4f}" for part in PARTS)
    return "\n".join([*lines, f"{'all layers':<24}{found.total:>z10.4f}{sums}"]) + "\n"


def _lost_row(name: str, boundary: Attenuation) -> str:
    from vgtui.analysis.attenuation import PARTS
    from vgtui.cli.rows import named

    parts = "".join(f"{getattr(boundary, part):>z15.4f}" for part in PARTS)
    return f"{named(name, 24)}{boundary.total:>z10.4f}{parts}"


def _lost_lines(found: WhereLost) -> str:
    from vgtui.analysis.attenuation import PARTS
    from vgtui.cli.rows import json_line

    every = [*found.boundaries, *(b for steps in found.through_time.values() for b in steps)]
    rows = []
    for boundary in every:
        keys = ("layer", "name", "above", "time", "total", *PARTS, "delta_log10", "cause")
        rows.append({key: getattr(boundary, key) for key in keys})
    return "".join(map(json_line, rows))


# -- paths ------------------------------------------------------------------------------------------------


def _paths_table(found: Paths) -> str:
    from vgtui.cli.rows import scientific, weight_line

    over = "the whole batch" if found.sample is None else f"sample {found.sample} of the batch"
    lines = [
        f"{weight_line(found)}, over {over}",
        "",
        f"{'paths':<24}{_counted(found.count):>24}",
        f"{'without a factor of 0':<24}{found.alive:>24.4%}",
        f"{'sum: the gradient':<24}{_signed(found.sign, found.log10):>24}",
        f"{'sum of sizes':<24}{scientific(found.absolute_log10):>24}",
        f"{'|sum| / sum of sizes':<24}{scientific(found.log10 - found.absolute_log10):>24}",
    ]
    if found.strongest:
        lines += ["", f"{'contribution':>14}{'share':>12}  sample  units, weight by weight"]
    for path in found.strongest:
        share = scientific(path.log10 - found.absolute_log10)
        lines.append(f"{_signed(path.sign, path.log10):>14}{share:>12}{path.sample:>8}  {_route(path)}")
    return "\n".join(lines) + "\n"


def _counted(count: int) -> str:
    """A whole number, or its power of ten where it is long."""
    return f"{count:,}" if count < 10**16 else f"{Decimal(count):.3g}"


def _signed(sign: int, log10: float) -> str:
    from vgtui.cli.rows import scientific

    return ("-" if sign < 0 else "") + scientific(log10)


LONGEST_ROUTE = 16


def _route(path: Path) -> str:
    """The units that the path passes, the middle of a long one left out."""
    steps = [
        path.start,
        *(step for step in path.steps if step.role in ("weight", "recurrent", "skip", "pool")),
    ]
    units = [f"{'+' if step.role == 'skip' else ''}{step.unit}" for step in steps]
    if len(units) > LONGEST_ROUTE:
        half = LONGEST_ROUTE // 2
        units = [*units[:half], "...", *units[-half:]]
    return " ".join(units)


def _paths_lines(found: Paths) -> str:
    from vgtui.cli.rows import json_line

    keys = ("layer", "row", "column", "sample", "weight", "count", "alive", "total", "sign", "log10")
    whole = {key: getattr(found, key) for key in (*keys, "absolute_log10", "cancellation")}
    whole["count"] = (
        found.count if found.count < 2**53 else str(Decimal(found.count))
    )  # else readers would round it
    return json_line(whole) + "".join(json_line(_path_values(path)) for path in found.strongest)


def _path_values(path: Path) -> dict[str, Any]:
    keys = ("sample", "activation", "loss_slope", "contribution", "sign", "log10", "share")
    steps = [
        [s.layer, s.role, s.sample, s.unit, s.place, s.time, s.factor] for s in (path.start, *path.steps)
    ]
    return {**{key: getattr(path, key) for key in keys}, "steps": steps}


# -- spectrum ---------------------------------------------------------------------------------------------

SPECTRUM_KEYS = ("condition_log10", "mean_log10", "spread_log10", "isometry", "rank")


def _spectrum_table(found: Spectrum) -> str:
    lines = [f"{'':24}{'largest':>12}{'smallest':>12}{'condition':>12}{'isometry':>10}{'rank':>6}  histogram"]
    for layer, counts in zip(found.layers, found.histogram, strict=True):
        name = f"layer {layer.layer} {layer.name}"
        lines.append(_spectrum_row(name, layer.values) + "  " + _bars(counts.tolist()))
    lines.append(_spectrum_row("input to output", found.whole))
    low, high = found.edges[[0, -1]].tolist()
    lines.append(f"histogram of log10 from {low:.2f} to {high:.2f}, sample {found.sample}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _spectrum_row(name: str, values: SingularValues) -> str:
    from vgtui.cli.rows import named, scientific

    if values.log10 is None:
        return f"{named(name, 24)}{'too wide':>12}"
    largest, smallest = (scientific(float(values.log10[place])) for place in (0, -1))
    condition = scientific(values.condition_log10)
    return (
        f"{named(name, 24)}{largest:>12}{smallest:>12}{condition:>12}{values.isometry:>10.4f}{values.rank:>6}"
    )


def _bars(counts: list[int]) -> str:
    most = max(*counts, 1)
    return "".join(" ▁▂▃▄▅▆▇█"[-(-8 * count // most)] for count in counts)


def _spectrum_lines(found: Spectrum) -> str:
    from vgtui.cli.rows import json_line

    rows: list[dict[str, Any]] = [
        {"layer": v.layer, "name": v.name, **_values(v.values)} for v in found.layers
    ]
    return "".join(
        map(json_line, [*rows, {"layer": None, "name": "input to output", **_values(found.whole)}])
    )


def _values(values: SingularValues) -> dict[str, Any]:
    told = None if values.log10 is None else values.log10.tolist()
    return {"singular_log10": told, **{key: getattr(values, key) for key in SPECTRUM_KEYS}}


# -- slope ------------------------------------------------------------------------------------------------

SLOPE_KEYS = ("layer", "row", "column", "weight", "loss", "gradient", "step", "loss_after", "height", "span")


def _slope_table(found: Slope) -> str:
    from vgtui.cli.rows import weight_line

    lines = [
        weight_line(found),
        f"{'loss':<24}{found.loss:>16.9g}",
        f"{'gradient':<24}{found.gradient:>16.9g}",
        f"{'step about to be taken':<24}{found.step:>16.9g}",
        f"{'loss after it alone':<24}{found.loss_after:>16.9g}",
        f"{'height of the axis':<24}{found.height:>16.9g}",
        f"{'magnified to fill it':<24}{found.magnification:>16.6g}",
        "",
        f"{'weight':>16}{'loss':>24}{'tangent':>24}",
    ]
    for value, loss, line in zip(
        found.values.tolist(), found.losses.tolist(), found.tangent.tolist(), strict=True
    ):
        mark = "  <- now" if value == found.weight else ""
        lines.append(f"{value:>16.9g}{loss:>24.17g}{line:>24.17g}{mark}")
    return "\n".join(lines) + "\n"


def _slope_lines(found: Slope) -> str:
    from vgtui.cli.rows import json_line

    row = {key: getattr(found, key) for key in (*SLOPE_KEYS, "magnification")}
    curve = {name: getattr(found, name).tolist() for name in ("values", "losses", "tangent")}
    return json_line({**row, **curve})
