"""What to fit, decided and checked before anything is charged or started."""

from ml.plan.making import make_plan
from ml.plan.plan import DEFAULT_SEED, FEWEST_ROWS, FitPlan, rows_to_test
from ml.plan.targets import MOST_CLASSES, MOST_GRADES, guess_task, require_classes, target_column

__all__ = [
    "DEFAULT_SEED",
    "FEWEST_ROWS",
    "MOST_CLASSES",
    "MOST_GRADES",
    "FitPlan",
    "guess_task",
    "make_plan",
    "require_classes",
    "rows_to_test",
    "target_column",
]
