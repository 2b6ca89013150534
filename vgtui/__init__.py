"""vgtui: watch gradients vanish and explode in the terminal, layer by layer, on real training.

A Simulation trains the network of a Scenario, and every layer of every step is measured:

    >>> import vgtui
    >>> sim = vgtui.Simulation(vgtui.load_scenario("keras-moons"))
    >>> record = sim.step(100)
    >>> [f"{layer.weight_grad_norm:.0e}" for layer in record.layers]
    ['2e-06', '5e-06', '5e-06', '8e-06', '2e-05', '1e-04', '5e-04', '2e-03', '9e-03']

chain_rule, paths, where_lost, spectrum and slope say of the latest pass what became of the gradient, and diagnose
and first_nonfinite what is wrong with the run; try_remedies what helps:

    >>> chain = vgtui.chain_rule(sim, layer=0, row=0, column=1)
    >>> [f"{factor.gain:.2f}" for factor in chain.factors]
    ['0.23', '0.28', '0.29', '0.31', '0.19', '0.25', '0.14', '0.30', '0.10']
    >>> f"{chain.product:.6e}", f"{sim.gradients['0.weight'][0, 1]:.6e}"
    ('-1.999599e-07', '-1.999599e-07')
    >>> for finding in vgtui.diagnose(sim):
    ...     print(finding.seen)
    of the gradient at layer 8 a part of 10^-5.2 arrives at layer 0

A scenario is frozen; an edit of it makes another, which a Simulation takes over while it runs:

    >>> from vgtui.scenario.edit import set_value
    >>> sim.apply(set_value(sim.scenario, "layers[0].activation", "relu"))
    >>> sim.step(100).step, sim.back(50).step
    (200, 150)

predict_flow says what theory expects of a scenario before it is drawn; ensemble, compare and compare_precisions train
other seeds, two scenarios, and every precision. Whatever a person got wrong is a UserError, whose text is one line; a
wrong argument, as a layer that there is not, is a ValueError.

The public names are loaded when they are first used, so that importing vgtui loads neither numpy nor a
screen.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what typing's own is for a type checker, without the time that importing typing takes
if TYPE_CHECKING:
    from vgtui.analysis.attenuation import Attenuation, WhereLost, where_lost
    from vgtui.analysis.chain_rule import ChainRule, Factor, chain_rule
    from vgtui.analysis.comparison import Comparison, LayerPair, Side, compare
    from vgtui.analysis.diagnosis import Finding, diagnose
    from vgtui.analysis.ensemble import Ensemble, ensemble
    from vgtui.analysis.forensics import NonFinite, first_nonfinite
    from vgtui.analysis.landscape import Slope, slope
    from vgtui.analysis.paths import Path, Paths, paths
    from vgtui.analysis.precision import PrecisionComparison, PrecisionFlow, compare_precisions
    from vgtui.analysis.remedies import Trial, Trials, try_remedies
    from vgtui.analysis.spectrum import LayerSpectrum, SingularValues, Spectrum, spectrum
    from vgtui.analysis.theory import FlowPrediction, LayerPrediction, predict_flow
    from vgtui.engine.record import Evaluation, LayerRecord, StepRecord
    from vgtui.engine.simulation import Simulation
    from vgtui.scenario.errors import DataError, ScenarioError, SessionError, UserError
    from vgtui.scenario.library import load_scenario
    from vgtui.scenario.model import Scenario

__version__ = "0.1.0"

_HOMES = {
    "Attenuation": "vgtui.analysis.attenuation",
    "ChainRule": "vgtui.analysis.chain_rule",
    "Comparison": "vgtui.analysis.comparison",
    "DataError": "vgtui.scenario.errors",
    "Ensemble": "vgtui.analysis.ensemble",
    "Evaluation": "vgtui.engine.record",
    "Factor": "vgtui.analysis.chain_rule",
    "Finding": "vgtui.analysis.diagnosis",
    "FlowPrediction": "vgtui.analysis.theory",
    "LayerPrediction": "vgtui.analysis.theory",
    "LayerRecord": "vgtui.engine.record",
    "LayerSpectrum": "vgtui.analysis.spectrum",
    "LayerPair": "vgtui.analysis.comparison",
    "NonFinite": "vgtui.analysis.forensics",
    "Path": "vgtui.analysis.paths",
    "Paths": "vgtui.analysis.paths",
    "PrecisionComparison": "vgtui.analysis.precision",
    "PrecisionFlow": "vgtui.analysis.precision",
    "Scenario": "vgtui.scenario.model",
    "ScenarioError": "vgtui.scenario.errors",
    "SessionError": "vgtui.scenario.errors",
    "Side": "vgtui.analysis.comparison",
    "Simulation": "vgtui.engine.simulation",
    "SingularValues": "vgtui.analysis.spectrum",
    "Slope": "vgtui.analysis.landscape",
    "Spectrum": "vgtui.analysis.spectrum",
    "StepRecord": "vgtui.engine.record",
    "Trial": "vgtui.analysis.remedies",
    "Trials": "vgtui.analysis.remedies",
    "UserError": "vgtui.scenario.errors",
    "WhereLost": "vgtui.analysis.attenuation",
    "chain_rule": "vgtui.analysis.chain_rule",
    "compare": "vgtui.analysis.comparison",
    "compare_precisions": "vgtui.analysis.precision",
    "diagnose": "vgtui.analysis.diagnosis",
    "ensemble": "vgtui.analysis.ensemble",
    "first_nonfinite": "vgtui.analysis.forensics",
    "load_scenario": "vgtui.scenario.library",
    "paths": "vgtui.analysis.paths",
    "predict_flow": "vgtui.analysis.theory",
    "slope": "vgtui.analysis.landscape",
    "spectrum": "vgtui.analysis.spectrum",
    "try_remedies": "vgtui.analysis.remedies",
    "where_lost": "vgtui.analysis.attenuation",
}

__all__ = [
    "Attenuation",
    "ChainRule",
    "Comparison",
    "DataError",
    "Ensemble",
    "Evaluation",
    "Factor",
    "Finding",
    "FlowPrediction",
    "LayerPair",
    "LayerPrediction",
    "LayerRecord",
    "LayerSpectrum",
    "NonFinite",
    "Path",
    "Paths",
    "PrecisionComparison",
    "PrecisionFlow",
    "Scenario",
    "ScenarioError",
    "SessionError",
    "Side",
    "Simulation",
    "SingularValues",
    "Slope",
    "Spectrum",
    "StepRecord",
    "Trial",
    "Trials",
    "UserError",
    "WhereLost",
    "__version__",
    "chain_rule",
    "compare",
    "compare_precisions",
    "diagnose",
    "ensemble",
    "first_nonfinite",
    "load_scenario",
    "paths",
    "predict_flow",
    "slope",
    "spectrum",
    "try_remedies",
    "where_lost",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
