import numpy as np
import pytest

from ml.errors import BadInput
from ml.schema import frame_of
from ml.steps.filling import FillMissing, MarkMissing
from ml.steps.wishes import check_steps
from tests.ml.factories import a_column


def a_table(width, town=("a", "", "b", "b")):
    arrays = {"width": np.array(width, dtype=float), "town": np.array(town, dtype=object)}
    return frame_of(arrays, len(width))


@pytest.mark.parametrize(("strategy", "fill"), [("median", 2.0), ("mean", 4.0), ("most_frequent", 1.0)])
def test_gaps_are_filled_from_the_rows(strategy, fill):
    filled = FillMissing(["width"], strategy=strategy).fit(a_table([1, 2, 9, np.nan]))

    assert filled.transform(a_table([np.nan, 5, 5, 5]))["width"].tolist() == [fill, 5, 5, 5]


def test_words_are_filled_with_the_commonest():
    filled = FillMissing(["width", "town"], strategy="most_frequent").fit_transform(a_table([1, 1, 1, np.nan]))

    assert filled["town"].tolist() == ["a", "b", "b", "b"]
    assert filled["width"].tolist() == [1, 1, 1, 1]


def test_a_constant_fills_numbers_and_words_alike():
    step = FillMissing(["width", "town"], strategy="constant", fill_number=-1.0, fill_word="none", indicator=True)

    filled = step.fit_transform(a_table([1, 1, 1, np.nan]))

    assert list(filled.columns) == ["width", "width missing", "town", "town missing"]
    assert filled.iloc[3].tolist() == [-1.0, 1.0, "b", 0.0]
    assert filled["town"].tolist() == ["a", "none", "b", "b"]


def test_empty_columns_are_filled_too():
    step = FillMissing(["width", "town"], strategy="most_frequent")

    filled = step.fit_transform(a_table([np.nan] * 2, ["", ""]))

    assert filled.to_numpy().tolist() == [[0.0, "missing"], [0.0, "missing"]]


def test_what_was_learnt_is_told():
    step = FillMissing(["town", "width"], strategy="most_frequent").fit(a_table([1.5, 1.5, 1, np.nan]))

    assert step.learnt() == ["town: gaps filled with b", "width: gaps filled with 1.5"]


def test_values_that_stand_for_a_gap_are_taken_out():
    step = MarkMissing(["width", "town"], values=[[999.0], ["b"]])

    marked = step.fit_transform(a_table([31, 999, np.nan, 9]))

    assert marked["width"].tolist() == pytest.approx([31, np.nan, np.nan, 9], nan_ok=True)
    assert marked["town"].tolist() == ["a", "", "", ""]


@pytest.mark.parametrize(("values", "words"), [([], "Say which values"), (["old"], "must be a number")])
def test_values_to_take_for_missing_are_named_and_suit_the_column(values, words):
    step = {"kind": "mark_missing", "columns": ["width"], "params": {"values": values}}

    with pytest.raises(BadInput, match=words) as error:
        check_steps([step], [a_column("width", "number"), a_column("price", "number")], target="price")

    assert error.value.attr == "steps.0.params.values"
