import json

import pytest

from ml.errors import BadInput
from ml.schema import Column, Dtype
from ml.steps.preview import preview_steps
from tests.ml.factories import mixed_table, stored


def a_step(kind, *columns, **params):
    return {"kind": kind, "columns": list(columns), "params": params}


def small(folder):
    return stored(
        folder,
        [("width", "number"), ("town", "category"), ("sold", "datetime"), ("heated", "boolean"), ("price", "number")],
        {
            "width": [1.5, None, 3.0, 100.0],
            "town": ["a", "b", None, "a"],
            "sold": ["2024-02-29T10:00:00", None, "2024-03-01", "2024-03-02"],
            "heated": [True, None, False, True],
            "price": [1.0, 2.0, 3.0, 4.0],
        },
    )


def test_rows_are_shown_before_between_and_after(tmp_path):
    table, columns = small(tmp_path)
    steps = [a_step("impute", "width"), a_step("one_hot", "town"), a_step("drop", "sold")]

    shown = preview_steps(table, columns, steps, target="price", rows=2)

    assert shown["before"] == {
        "columns": [
            {"name": "width", "dtype": "number"},
            {"name": "town", "dtype": "category"},
            {"name": "sold", "dtype": "datetime"},
            {"name": "heated", "dtype": "boolean"},
        ],
        "rows": [[1.5, "a", "2024-02-29T10:00:00", True], [None, "b", None, None]],
    }
    assert [column["name"] for column in shown["steps"][1]["columns"]] == [
        "width",
        "town missing",
        "town = a",
        "town = b",
        "sold",
        "heated",
    ]
    assert shown["after"]["rows"] == [[1.5, False, True, False, True], [3, False, False, True, None]]
    assert (shown["fitted_on"], shown["exact"]) == (4, True)
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown


def test_notes_say_what_was_done(tmp_path):
    table, columns = small(tmp_path)

    shown = preview_steps(table, columns, [a_step("impute", "width", indicator=True), a_step("drop", "town")])

    assert [step["notes"] for step in shown["steps"]] == [
        ["5 columns become 6.", "width: 1 of 4 values were missing, now 0.", "width: gaps filled with 3."],
        ["6 columns become 5."],
    ]


def test_a_sample_is_said_and_is_the_same_every_time(tmp_path):
    table, columns = mixed_table(tmp_path)
    steps = [a_step("scale", "width")]

    shown = preview_steps(table, columns, steps, sample=100)

    assert 80 <= shown["fitted_on"] <= 100
    assert shown["exact"] is False
    assert preview_steps(table, columns, steps, sample=100) == shown
    assert len(shown["after"]["rows"]) == 20


def test_without_steps_nothing_changes(tmp_path):
    table, columns = small(tmp_path)

    shown = preview_steps(table, columns, [])

    assert shown["before"] == shown["after"]
    assert shown["steps"] == []


def test_a_step_that_needs_a_target_asks_for_one(tmp_path):
    table, columns = small(tmp_path)
    steps = [a_step("drop", "width"), a_step("target_encode", "town")]

    with pytest.raises(BadInput, match="Mean of the target needs to know what is to be predicted") as error:
        preview_steps(table, columns, steps)

    assert error.value.attr == "steps.1.kind"


def test_rows_without_a_target_teach_nothing_where_it_is_needed(tmp_path):
    table, columns = stored(
        tmp_path, [("town", "category"), ("price", "number")], {"town": ["a", "b", "a"], "price": [1.5, 2.5, None]}
    )

    shown = preview_steps(table, columns, [a_step("target_encode", "town")], target="price")

    assert shown["fitted_on"] == 2
    assert [column["dtype"] for column in shown["after"]["columns"]] == ["number"]


def test_a_target_nothing_can_predict_is_refused_where_it_is_needed(tmp_path):
    table, columns = small(tmp_path)

    with pytest.raises(BadInput, match="holds dates") as error:
        preview_steps(table, columns, [a_step("target_encode", "town")], target="sold")

    assert error.value.attr == "target"


def test_a_corrected_type_is_what_the_steps_see(tmp_path):
    table, columns = small(tmp_path)
    text = Column.from_json({**columns[0].to_json(), "dtype": Dtype.CATEGORY})

    shown = preview_steps(table, [text, *columns[1:]], [a_step("ordinal", "width")], rows=1)

    assert shown["before"]["rows"][0][0] == "1.5"
