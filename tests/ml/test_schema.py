import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ml.errors import BadInput
from ml.schema import Dtype, InputField, canonical_frame, parse_rows


def fields():
    return [
        InputField(name="Age", dtype=Dtype.NUMBER, minimum=0.5, maximum=80.0),
        InputField(name="Class", dtype=Dtype.CATEGORY, categories=(1, 2, 3)),
        InputField(name="Alone", dtype=Dtype.BOOLEAN, categories=("Yes", "No")),
        InputField(name="Note", dtype=Dtype.TEXT),
        InputField(name="Born", dtype=Dtype.DATETIME, minimum="1900-01-01T00:00:00", maximum="1912-04-14T00:00:00"),
    ]


def one_row():
    return {"Age": 22, "Class": 3, "Alone": "Yes", "Note": "left early", "Born": "1905-06-01"}


def refusal(row, prefix="features"):
    with pytest.raises(BadInput) as error:
        parse_rows([row], fields(), prefix=prefix)
    return error.value.attr, error.value.detail


def test_parse_rows_gives_the_canonical_types():
    frame = parse_rows([one_row()], fields()).frame

    assert [str(kind) for kind in frame.dtypes] == ["float64", "object", "float64", "object", "datetime64[us]"]
    assert frame.iloc[0].tolist() == [22.0, "3", 1.0, "left early", pd.Timestamp("1905-06-01")]


@pytest.mark.parametrize(
    "row",
    [
        {"Age": 22.0, "Class": 3.0, "Alone": True, "Note": "left early", "Born": "1905-06-01T00:00:00Z"},
        {"Age": "22", "Class": "3", "Alone": "yes", "Note": " left early ", "Born": " 1905-06-01 "},
        {"Age": "22,0", "Class": " 3", "Alone": "1", "Note": "left early", "Born": "1905/6/1"},
    ],
)
def test_a_row_reads_the_same_as_json_form_and_text(row):
    assert_frame_equal(parse_rows([row], fields()).frame, parse_rows([one_row()], fields()).frame)


def test_a_stored_row_reads_as_its_json():
    raw = pd.DataFrame(
        {
            "Age": [22.0, np.nan],
            "Class": [3.0, np.nan],
            "Alone": ["Yes", None],
            "Note": ["left early", None],
            "Born": [pd.Timestamp("1905-06-01"), pd.NaT],
        }
    )

    read = parse_rows([one_row(), {"Age": None}], fields()).frame

    assert_frame_equal(canonical_frame(raw, fields()), read)


@pytest.mark.parametrize(
    "stored",
    [
        pd.Series([1, 0], dtype="int64"),
        pd.Series([True, False]),
        pd.Series([True, False], dtype=object),
        pd.Series(["on", "off"]),
        pd.Series([1.0, 0.0]),
    ],
)
def test_canonical_frame_reads_a_yes_however_it_is_stored(stored):
    frame = canonical_frame(pd.DataFrame({"Alone": stored}), [fields()[2]])

    assert frame["Alone"].tolist() == [1.0, 0.0]


def test_canonical_frame_counts_what_cannot_be_read_as_missing():
    raw = pd.DataFrame({"Age": [np.inf, 1e35], "Alone": ["perhaps", "no"]})

    frame = canonical_frame(raw, [fields()[0], fields()[2]])

    assert frame.isna().to_numpy().tolist() == [[True, True], [False, False]]
    assert frame["Age"][1] == 1e30


def test_canonical_frame_brings_zones_to_utc():
    raw = pd.DataFrame({"Born": pd.to_datetime(["2024-01-01T00:00:00+02:00"])})

    assert canonical_frame(raw, [fields()[4]])["Born"][0] == pd.Timestamp("2023-12-31 22:00")


def test_missing_values_are_filled_with_a_warning():
    parsed = parse_rows([{"Age": 22, "Class": "", "Alone": None, "Note": " ", "Born": "?"}], fields())

    assert [(warning["code"], warning["column"]) for warning in parsed.warnings[0]] == [
        ("imputed", "Class"),
        ("imputed", "Alone"),
        ("imputed", "Note"),
        ("imputed", "Born"),
    ]


def test_a_number_that_is_not_computed_with_as_it_is_is_warned_of():
    age = replace(fields()[0], minimum=-1e40, maximum=1e40)  # the table held as huge ones

    parsed = parse_rows([one_row() | {"Age": 1e35}, one_row() | {"Age": 1e29}], [age, *fields()[1:]])

    assert parsed.frame["Age"].tolist() == [1e30, 1e29]
    assert [[warning["code"] for warning in row] for row in parsed.warnings] == [["held_number"], []]
    assert parsed.warnings[0][0]["detail"] == "Numbers beyond ±1e+30, as this one of Age may be, count as that."


def test_values_the_model_never_saw_are_warned_of():
    parsed = parse_rows([one_row() | {"Age": 99, "Class": 4, "Born": "2024-01-01"}], fields())

    assert parsed.warnings == [
        [
            {
                "code": "out_of_range",
                "column": "Age",
                "detail": "The model was trained on Age from 0.5 to 80.",
            },
            {
                "code": "unseen_category",
                "column": "Class",
                "detail": "The model was not trained on any row with this value of Class.",
            },
            {
                "code": "out_of_range",
                "column": "Born",
                "detail": "The model was trained on Born from 1900-01-01 00:00:00 to 1912-04-14 00:00:00.",
            },
        ]
    ]


def test_a_category_is_not_called_unseen_when_the_list_is_cut():
    field = InputField(name="Town", dtype=Dtype.CATEGORY, categories=("A",), other_categories=900)

    assert parse_rows([{"Town": "B"}], [field]).warnings == [[]]


def test_unknown_columns_are_named_with_the_nearest():
    assert refusal({"age": 22}) == (
        "features.age",
        "There is no column 'age'; did you mean 'Age'? The model's columns are: Age, Class, Alone, Note, Born.",
    )


def test_columns_may_be_named_as_their_file_named_them():
    parsed = parse_rows([{" Age\n": 22, "Class": 1, "Not used ": 3}], fields(), unused={"Not used"})

    assert parsed.frame["Age"].tolist() == [22]
    assert [(each["code"], each["column"]) for each in parsed.warnings[0]][-1] == ("unused_column", "Not used")


@pytest.mark.parametrize("row", [{"Age": 22, "Age ": 23}, {" Age": 22, "Age ": 23}])
def test_a_column_named_twice_is_not_guessed(row):
    attr, detail = refusal(row)

    assert attr in {"features.Age ", "features. Age"}
    assert detail.startswith("There is no column")


def test_refusals_name_the_row_and_the_column():
    assert refusal(one_row() | {"Age": [1]}, prefix="instances.{row}") == (
        "instances.0.Age",
        "Age must be a number, not a list.",
    )


@pytest.mark.parametrize("row", [{}, [], None, "Age", 3])
def test_a_row_without_any_column_is_refused(row):
    assert refusal(row)[0] == "features"


@pytest.mark.parametrize("name", ["__proto__", "{{7*7}}", "../../x", "", "x" * 500])
def test_columns_may_be_called_anything(name):
    field = InputField(name=name, dtype=Dtype.NUMBER)

    assert parse_rows([{name: 1}], [field]).frame[name].tolist() == [1.0]


def test_bad_rows_are_kept_apart_when_asked_to_keep_going():
    parsed = parse_rows([one_row(), {"Age": "old"}, one_row()], fields(), prefix="row {row}", keep_going=True)

    assert parsed.frame["Age"].isna().tolist() == [False, True, False]
    assert parsed.warnings == [[], [], []]
    assert {place: error.attr for place, error in parsed.bad.items()} == {1: "row 1.Age"}


def test_an_input_field_survives_json():
    field = fields()[1]

    assert InputField.from_json(json.loads(json.dumps(field.to_json()))) == field


@pytest.mark.parametrize(
    ("dtype", "written", "canonical", "as_in_the_file"),
    [
        (Dtype.NUMBER, "thousands", "1234.5", "1,234.5"),
        (Dtype.INTEGER, "comma", 1234, "1.234"),
        (Dtype.NUMBER, "spaces", 1234567.0, "1 234 567"),
        (Dtype.NUMBER, "plain", "1.5", "1,5"),
        (Dtype.BOOLEAN, "spellings", True, "Y"),
        (Dtype.DATETIME, "day_first", "2024-03-04", "4/3/24"),
        (Dtype.DATETIME, "month_first", "2024-03-04", "3/4/2024 0:00"),
        (Dtype.DATETIME, "yyyymmdd", "2024-01-31T00:00:00", 20240131),
        (Dtype.DATETIME, "unix_s", "2024-01-31", 1706659200),
    ],
)
def test_a_value_reads_the_same_as_the_file_has_it(dtype, written, canonical, as_in_the_file):
    field = InputField(name="x", dtype=dtype, written=written)

    first, second = (parse_rows([{"x": value}], [field]).frame for value in (canonical, as_in_the_file))

    assert_frame_equal(first, second)
    assert not first["x"].isna().any()


def test_digits_are_no_date_where_the_table_has_none():
    with pytest.raises(BadInput, match="Born must be a date such as"):
        parse_rows([{"Born": 20240131}], [InputField(name="Born", dtype=Dtype.DATETIME)])


def test_how_a_column_is_written_is_kept_where_there_is_something_to_say():
    plain, corrected = (InputField(name="x", dtype=Dtype.NUMBER, written=way) for way in ("", "comma"))

    assert ("written" in plain.to_json(), corrected.to_json()["written"]) == (False, "comma")
    assert InputField.from_json(json.loads(json.dumps(corrected.to_json()))) == corrected


def test_columns_of_the_table_that_are_not_used_are_left_out_with_a_warning():
    parsed = parse_rows([one_row() | {"Id": 7}, one_row()], fields(), unused={"Id", "Survived"})

    assert_frame_equal(parsed.frame, parse_rows([one_row(), one_row()], fields()).frame)
    detail = "The model does not use Id; its value was left out."
    assert parsed.warnings == [[{"code": "unused_column", "column": "Id", "detail": detail}], []]


def test_a_typo_is_refused_beside_columns_that_are_not_used():
    with pytest.raises(BadInput, match="There is no column 'Agee'; did you mean 'Age'"):
        parse_rows([{"Id": 7, "Agee": 3, "Class": 1}], fields(), unused={"Id"})


def test_a_row_without_any_column_that_is_used_is_refused():
    with pytest.raises(BadInput, match="The row has none of the columns that the model uses") as error:
        parse_rows([{"Id": 7}], fields(), unused={"Id"})

    assert error.value.attr == "features"
