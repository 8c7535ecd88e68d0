"""What LightGBM and XGBoost share: their parameters, and when a round's loss is measured."""

from typing import Any

# Measuring the loss on all training rows takes up to a third of a round (60,000 rows of 8 columns, five classes).
FEWEST_BETWEEN = 10
MOST_MEASURED = 100


def is_measured(done: int, rounds: int) -> bool:
    """Whether the loss is measured after `done` of so many rounds: at strides, so that it costs little, and at the end.

    >>> [done for done in range(1, 26) if is_measured(done, 25)]
    [1, 10, 20, 25]
    """
    return done in (1, rounds) or done % max(FEWEST_BETWEEN, rounds // MOST_MEASURED) == 0


N_ESTIMATORS: dict[str, Any] = {
    "type": "integer",
    "title": "Rounds",
    "description": "How many times a tree is added (one for each class when there are several).",
    "default": 100,
    "minimum": 1,
    "maximum": 5000,
}

LEARNING_RATE: dict[str, Any] = {
    "type": "number",
    "title": "Learning rate",
    "description": "How much each tree corrects; smaller needs more rounds and is often better.",
    # XGBoost's own 0.3 overshoots where rounds are few hundred; both libraries then mean the same by it.
    "default": 0.1,
    "minimum": 0.0001,
    "maximum": 1.0,
}

REG_LAMBDA: dict[str, Any] = {
    "type": "number",
    "title": "L2 penalty",
    "description": "Pulls the leaves' values towards zero, against overfitting; 0 is none.",
    "minimum": 0.0,
    "maximum": 1000000.0,
}

SUBSAMPLE: dict[str, Any] = {
    "type": "number",
    "title": "Share of rows",
    "description": "Each tree learns from this share of the rows, drawn anew; less is quicker and overfits less.",
    "default": 1.0,
    "minimum": 0.05,
    "maximum": 1.0,
}

COLSAMPLE: dict[str, Any] = {
    "type": "number",
    "title": "Share of columns",
    "description": "Each tree looks at this share of the columns, drawn anew; less helps where columns are many.",
    "default": 1.0,
    "minimum": 0.05,
    "maximum": 1.0,
}

EARLY_STOPPING: dict[str, Any] = {
    "type": ["integer", "null"],
    "title": "Early stopping",
    "description": "Sets a tenth of the rows aside (whole groups or the latest, where such rows judge) and stops after "
    "so many rounds without gain on them. Empty for never.",
    "nullMeans": "never",
    "default": None,
    "minimum": 1,
    "maximum": 1000,
}
