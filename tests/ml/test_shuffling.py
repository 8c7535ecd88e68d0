import numpy as np
import pandas as pd

from ml import shuffling
from ml.shuffling import batches, windows


def test_each_copy_has_one_column_shuffled(monkeypatch):
    monkeypatch.setattr(shuffling, "ROWS_A_CALL", 4)
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", ""]}, index=[7, 5])

    found = list(batches(frame, np.array([[1, 0]])))

    assert [each.names for each in found] == [["a", "b"]]
    assert found[0].frame["a"].tolist() == [2, 1, 1, 2]
    assert found[0].frame["b"].tolist() == ["x", "", "", "x"]
    assert frame["a"].tolist() == [1, 2]


def test_every_column_is_shuffled_in_every_order(monkeypatch):
    monkeypatch.setattr(shuffling, "ROWS_A_CALL", 9)
    frame = pd.DataFrame({"a": [1.0, np.nan, 3.0], "b": pd.to_datetime(["2020-01-01", None, "2021-01-01"])})

    found = list(batches(frame, np.array([[2, 0, 1], [1, 2, 0]])))

    assert [each.names for each in found] == [["a", "a", "b"], ["b"]]
    assert found[1].frame.dtypes.tolist() == frame.dtypes.tolist()
    assert found[1].frame["b"].isna().tolist() == [True, False, False]


def test_windows_end_with_what_is_left():
    assert [len(window) for window in windows(iter(range(5)), 2)] == [2, 2, 1]
