"""How good a model is on rows it has not seen, beside the best answer that ignores the inputs.

`evaluate` is the door; the shape of what leaves through it is written there.
"""

from ml.evaluation.door import evaluate
from ml.evaluation.held_out import HeldOut
from ml.evaluation.scores import classification_scores, positive_class, regression_scores
from ml.evaluation.sentences import amount, classification_sentence, regression_sentence
from ml.evaluation.thresholds import cheapest, pr_points, roc_points

__all__ = [
    "HeldOut",
    "amount",
    "cheapest",
    "classification_scores",
    "classification_sentence",
    "evaluate",
    "positive_class",
    "pr_points",
    "regression_scores",
    "regression_sentence",
    "roc_points",
]
