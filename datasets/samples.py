"""Sample sets: scikit-learn's bundled tables, so that a newcomer needs no file."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample set; `target` is the column its question is about."""

    key: str
    title: str
    description: str
    rows: int
    columns: int
    target: str
    make: Callable[[], "pd.DataFrame"]

    def as_csv(self) -> bytes:
        """The whole table as a CSV file."""
        text = io.StringIO()
        self.make().to_csv(text, index=False)
        return text.getvalue().encode()


def _iris() -> "pd.DataFrame":
    from sklearn.datasets import load_iris  # noqa: PLC0415 -- slow import

    return _with_names(load_iris(as_frame=True), "species")


def _wine() -> "pd.DataFrame":
    from sklearn.datasets import load_wine  # noqa: PLC0415 -- slow import

    return _with_names(load_wine(as_frame=True), "cultivar")


def _breast_cancer() -> "pd.DataFrame":
    from sklearn.datasets import load_breast_cancer  # noqa: PLC0415 -- slow import

    return _with_names(load_breast_cancer(as_frame=True), "diagnosis")


def _diabetes() -> "pd.DataFrame":
    from sklearn.datasets import load_diabetes  # noqa: PLC0415 -- slow import

    frame: pd.DataFrame = load_diabetes(as_frame=True, scaled=False).frame
    return frame.rename(columns={"target": "progression"})


def _digits() -> "pd.DataFrame":
    from sklearn.datasets import load_digits  # noqa: PLC0415 -- slow import

    frame: pd.DataFrame = load_digits(as_frame=True).frame
    return frame.rename(columns={"target": "digit"}).astype(int)


def _linnerud() -> "pd.DataFrame":
    from sklearn.datasets import load_linnerud  # noqa: PLC0415 -- slow import

    frame: pd.DataFrame = load_linnerud(as_frame=True).frame
    return frame.rename(columns=str.lower).astype(int)


def _with_names(bunch: object, target: str) -> "pd.DataFrame":
    """The bunch's table with class names in place of numbers."""
    frame: pd.DataFrame = bunch.frame.rename(columns={"target": target})  # type: ignore[attr-defined]
    frame[target] = [str(bunch.target_names[code]) for code in frame[target]]  # type: ignore[attr-defined]
    return frame


_SAMPLES = [
    Sample("iris", "Iris flowers", "Which of three species is this flower?", 150, 5, "species", _iris),
    Sample("wine", "Wine cultivars", "Which of three growers made this wine?", 178, 14, "cultivar", _wine),
    Sample(
        "breast_cancer",
        "Breast cancer",
        "Is this tumour malignant or benign, from thirty measurements of its cells?",
        569,
        31,
        "diagnosis",
        _breast_cancer,
    ),
    Sample(
        "diabetes",
        "Diabetes progression",
        "How far will the disease have progressed after a year?",
        442,
        11,
        "progression",
        _diabetes,
    ),
    Sample(
        "digits",
        "Handwritten digits",
        "Which digit is this, from the grey of 8 × 8 points?",
        1797,
        65,
        "digit",
        _digits,
    ),
    Sample(
        "linnerud",
        "Linnerud exercises",
        "How much does this man weigh, from three exercises? Twenty rows: small on purpose.",
        20,
        6,
        "weight",
        _linnerud,
    ),
]


def all_samples() -> list[Sample]:
    """The sample sets in the order they are shown."""
    return list(_SAMPLES)


def get(key: str) -> Sample:
    """The sample set with this key; raises InvalidInput naming `key`."""
    for sample in _SAMPLES:
        if sample.key == key:
            return sample
    keys = ", ".join(sample.key for sample in _SAMPLES)
    raise InvalidInput("key", f"There is no sample “{key}”. Choose one of: {keys}.")
