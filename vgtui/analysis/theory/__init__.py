"""Mean-field theory of wide random networks: was it to be expected?"""

from vgtui.analysis.theory.findings import FlowPrediction as FlowPrediction
from vgtui.analysis.theory.findings import LayerPrediction as LayerPrediction
from vgtui.analysis.theory.findings import Phase as Phase
from vgtui.analysis.theory.findings import TimePrediction as TimePrediction
from vgtui.analysis.theory.prediction import predict_flow as predict_flow
