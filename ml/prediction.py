"""Answers of a fitted pipeline, for one row or for many, as natural JSON values."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from ml.algorithms.registry import Progress
from ml.schema import InputField, Task

# Not a share of the cores, as an answer's last digit may hang on how many rows are multiplied at once. A part costs
# a forest 30 ms beside its rows: 10,788 rows take 1.0 s in parts of 500, 0.45 s in parts of 2,000, 0.3 s in one.
ROWS_A_PART = 2_000

Label = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says about one row.

    `prediction` is an amount or a class as the table wrote it. A classification also has the probability of
    each class, by its name as text, and `confidence`, the probability of the class predicted; all in 0..1.
    """

    prediction: Label
    probabilities: dict[str, float] | None = None
    confidence: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The prediction, and the probabilities and confidence where there are any."""
        if self.probabilities is None:
            return {"prediction": self.prediction}
        return {
            "prediction": self.prediction,
            "probabilities": self.probabilities,
            "confidence": self.confidence,
        }


class Predictor:
    """A fitted pipeline with what it takes to speak JSON on both sides; safe to share between threads.

    A row gets the same answer alone as among others, to 1e-9.
    """

    def __init__(self, pipeline: Pipeline, *, task: Task, fields: Sequence[InputField]) -> None:
        self.pipeline = pipeline
        self.task = task
        self.fields = tuple(fields)
        self.classes: list[Label] = [] if task is Task.REGRESSION else pipeline.classes_.tolist()
        self._names = [class_name(label) for label in self.classes]

    def predict(self, frame: pd.DataFrame) -> list[Answer]:
        """Answer each row of a canonical frame (`ml.schema.parse_rows` makes one), in order."""
        amounts, shares = outputs(self.pipeline, self.task, frame)
        if shares is None:
            return [Answer(amount) for amount in amounts.tolist()]
        return [self._of_class(row) for row in shares.tolist()]

    def _of_class(self, shares: list[float]) -> Answer:
        best = max(range(len(shares)), key=shares.__getitem__)
        return Answer(self.classes[best], dict(zip(self._names, shares, strict=True)), shares[best])


def outputs(pipeline: Pipeline, task: Task, frame: pd.DataFrame) -> tuple[Any, Any]:
    """Predict rows as arrays: predictions of shape (rows,), probabilities of shape (rows, classes) or None.

    Of equally probable classes the first in `classes_` is predicted.
    """
    if task is Task.REGRESSION:
        return np.asarray(pipeline.predict(frame), dtype=np.float64), None
    shares = np.asarray(pipeline.predict_proba(frame), dtype=np.float64)  # XGBoost's are half as precise
    return pipeline.classes_[shares.argmax(axis=1)], shares


def outputs_in_parts(
    pipeline: Pipeline, task: Task, frame: pd.DataFrame, *, cores: int, progress: Progress
) -> tuple[Any, Any]:
    """Predict many rows as `outputs` does, some at a time on each core, counting those done."""
    parts = [frame.iloc[start : start + ROWS_A_PART] for start in range(0, len(frame), ROWS_A_PART)]
    found = []
    with ThreadPoolExecutor(cores) as threads:
        for answer in threads.map(lambda part: outputs(pipeline, task, part), parts):
            found.append(answer)
            progress(min(len(found) * ROWS_A_PART, len(frame)), len(frame), "row")
    predictions = np.concatenate([predicted for predicted, _ in found])
    return predictions, None if task is Task.REGRESSION else np.concatenate([shares for _, shares in found])


def class_name(label: Label) -> str:
    """Name a class as JSON would write its value, without quotes.

    >>> class_name(True), class_name(1), class_name("Yes")
    ('true', '1', 'Yes')
    """
    return str(label).lower() if isinstance(label, bool) else str(label)
