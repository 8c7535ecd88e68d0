import numpy as np
import pytest

from ml.errors import CannotFit
from ml.schema import Task, frame_of
from ml.steps.stage import fit_steps
from ml.steps.wishes import check_steps
from tests.ml.factories import a_column

COLUMNS = [a_column("width", "number"), a_column("rooms", "integer"), a_column("town", "category")]


def a_step(kind, *columns, **params):
    return {"kind": kind, "columns": list(columns), "params": params}


def a_frame():
    arrays = {
        "width": np.array([1.0, 3.0, np.nan]),
        "rooms": np.array([1.0, 2.0, 3.0]),
        "town": np.array(["a", "b", "a"], dtype=object),
    }
    return frame_of(arrays, 3)


def shaped(*steps, columns=COLUMNS, frame=None):
    checked = check_steps(steps, columns, target=None)
    frame = a_frame() if frame is None else frame
    return fit_steps(checked, columns, frame, np.arange(len(frame)) * 1.0, task=Task.REGRESSION, seed=0)


def test_steps_are_fitted_one_after_the_other():
    found = shaped(a_step("impute", "width"), a_step("interactions", "width", "rooms"), a_step("one_hot", "town"))

    assert {column.name: column.dtype.value for column in found.columns} == {
        "width": "number",
        "rooms": "integer",
        "town = a": "boolean",
        "town = b": "boolean",
        "width × rooms": "number",
    }
    assert found.frame["width × rooms"].tolist() == [1, 6, 6]
    assert [name for name, _ in found.stage.steps] == ["1 impute", "2 interactions", "3 one_hot"]


def test_what_is_scaled_is_known_until_something_changes_it():
    assert shaped(a_step("scale", "width", "rooms"), a_step("impute", "width")).scaled == {"width", "rooms"}
    assert shaped(a_step("scale", "width"), a_step("log", "width")).scaled == set()


def test_steps_that_leave_nothing_cannot_be_fitted():
    columns = [a_column("advert", "text")]
    frame = frame_of({"advert": np.array(["", "!"], dtype=object)}, 2)

    with pytest.raises(CannotFit, match="leave no column to learn from"):
        shaped(a_step("tfidf", "advert"), columns=columns, frame=frame)


def test_a_target_encoding_gives_the_algorithm_what_other_rows_said():
    frame = frame_of({"town": np.array([*"aabbccdd"], dtype=object)}, 8)
    columns = [a_column("town", "category")]

    found = shaped(a_step("target_encode", "town", folds=8), columns=columns, frame=frame)

    assert not found.frame.equals(found.stage.transform(frame))
