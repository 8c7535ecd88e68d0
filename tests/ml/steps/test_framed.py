import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from ml.schema import frame_of
from ml.steps.framed import ChooseColumns, DropColumns, held
from ml.steps.numbers import Interactions, LogNumbers


def a_table():
    arrays = {"a": np.array([1.0, np.nan]), "b": np.array([0.0, 1e30]), "c": np.array(["x", ""], dtype=object)}
    return frame_of(arrays, 2)


def test_other_columns_pass_through_in_their_places():
    made = LogNumbers(["b"]).fit_transform(a_table())

    assert list(made.columns) == ["a", "b", "c"]
    assert made[["a", "c"]].equals(a_table()[["a", "c"]])


def test_choosing_keeps_the_order_of_the_table():
    assert list(ChooseColumns(["c", "a"]).fit_transform(a_table()).columns) == ["a", "c"]


def test_dropping_everything_leaves_the_rows():
    assert DropColumns(["a", "b", "c"]).fit_transform(a_table()).shape == (2, 0)


def test_rows_keep_their_labels():
    table = a_table().set_axis([7, 3], axis="index")

    assert list(LogNumbers(["a"]).fit_transform(table).index) == [7, 3]


def test_a_step_must_be_fitted_first():
    with pytest.raises(NotFittedError):
        clone(DropColumns(["a"]).fit(a_table())).transform(a_table())


def test_a_step_refuses_other_columns_than_it_was_fitted_to():
    with pytest.raises(ValueError, match="feature names"):
        DropColumns(["a"]).fit(a_table()).transform(a_table().rename(columns={"b": "d"}))


def test_numbers_stay_within_what_a_forest_can_hold():
    table = pd.DataFrame({"a": [1e30, -1e30], "b": [1e30, 1e30]})

    assert Interactions(["a", "b"]).fit_transform(table)["a × b"].tolist() == [1e30, -1e30]
    assert held(np.array([np.nan, -np.inf])).tolist()[1] == -1e30
