import numpy as np
import pytest

from ml.evaluation.shift import shift_said
from ml.schema import Task


def words(yes, no):
    return np.array(["yes"] * yes + ["no"] * no, dtype=object)


def test_classes_that_changed_are_named():
    assert shift_said(Task.CLASSIFICATION, words(300, 700), words(60, 40)) == (
        "The target differs between the parts: no is 70 of 100 rows learnt from, and 40 of 100 it was judged on. "
        "The score may not hold for new rows."
    )


@pytest.mark.parametrize(
    ("learnt", "judged"),
    [
        (words(3, 7), words(6, 4)),  # much, but of few rows
        (words(30_000, 70_000), words(32_000, 68_000)),  # certain, but little
        (words(5, 0), words(5, 0)),
    ],
)
def test_chance_and_trifles_are_not_said(learnt, judged):
    assert shift_said(Task.CLASSIFICATION, learnt, judged) is None


def test_amounts_that_grew_are_said():
    said = shift_said(Task.REGRESSION, np.arange(1000.0), np.arange(500.0) + 500)

    assert said is not None
    assert "half of the rows learnt from are above 500, and half of those it was judged on above 750." in said


def test_amounts_that_stayed_are_not_said():
    assert shift_said(Task.REGRESSION, np.arange(1000.0), np.arange(0.0, 1000.0, 5)) is None
