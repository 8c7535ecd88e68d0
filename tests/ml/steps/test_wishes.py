import json

import pytest

from ml.errors import BadInput
from ml.schema import Dtype
from ml.steps.wishes import Step, check_steps, narrowed, strides
from tests.ml.factories import a_column

COLUMNS = [
    a_column("width", "number"),
    a_column("rooms", "integer"),
    a_column("town", "category", unique=4),
    a_column("sold", "datetime"),
    a_column("advert", "text"),
    a_column("price", "number"),
]


def a_step(kind, *columns, **params):
    return {"kind": kind, "columns": list(columns), "params": params}


def check(*steps):
    return check_steps(steps, COLUMNS, target="price")


def names_after(*steps):
    *_, last = strides(check(*steps), COLUMNS[:-1])
    return {column.name: column.dtype.value for column in last.after}


def refusal(*steps):
    with pytest.raises(BadInput) as error:
        check(*steps)
    return error.value.attr, error.value.detail


def test_a_step_is_completed_from_its_schema():
    assert check(a_step("bin", "width", bins=3.0)) == (
        Step(kind="bin", columns=("width",), params={"bins": 3, "strategy": "quantile", "output": "category"}),
    )


def test_params_may_be_left_out():
    assert check({"kind": "scale", "columns": ["width"]})[0].params == {"method": "standard"}


def test_a_step_comes_back_from_json():
    (step,) = check(a_step("ordinal", "town", order=["a", "b"]))

    assert Step.from_json(json.loads(json.dumps(step.to_json()))) == step


def test_what_a_step_makes_may_be_named_by_the_next():
    after = names_after(
        a_step("impute", "width", indicator=True),
        a_step("date_parts", "sold", parts=["year", "days"]),
        a_step("interactions", "width", "sold days"),
        a_step("drop", "width missing", "width × sold days"),
    )

    assert after == {
        "width": "number",
        "rooms": "integer",
        "town": "category",
        "sold year": "integer",
        "sold days": "number",
        "advert": "text",
    }


def test_types_change_with_the_steps():
    assert names_after(
        a_step("bin", "width"), a_step("rare_categories", "rooms", "width"), a_step("ordinal", "town")
    ) == {
        "width": "category",
        "rooms": "category",
        "town": "integer",
        "sold": "datetime",
        "advert": "text",
    }


def test_a_name_that_is_taken_gets_a_number():
    columns = [a_column("a"), a_column("b"), a_column("a × b")]
    steps = check_steps([a_step("interactions", "a", "b")], columns, target=None)

    (stride,) = strides(steps, columns)

    assert [column.name for column in stride.after] == ["a", "b", "a × b", "a × b (2)"]


def test_choose_keeps_the_target_without_naming_it():
    assert check(a_step("choose", "width", "price"))[0].columns == ("width",)


@pytest.mark.parametrize(
    ("steps", "attr", "detail"),
    [
        ("scale", "steps", "Steps must be a list of objects with kind, columns and params."),
        ([a_step("scale", "width")] * 51, "steps", "There are 51 steps; at most 50 can be taken."),
        ([[]], "steps.0", "A step must be an object with kind, columns and params."),
        ([{"kind": "scale", "column": []}], "steps.0", "A step has kind, columns and params, but no 'column'."),
        ([{"columns": ["width"]}], "steps.0.kind", "Say which kind of step this is."),
        ([{"kind": "scale", "columns": "width"}], "steps.0.columns", "Columns must be a list of names."),
        ([{"kind": "scale", "columns": [1]}], "steps.0.columns", "Columns must be a list of names, each of them text."),
        ([a_step("scale")], "steps.0.columns", "Scale needs at least a column."),
        ([a_step("interactions", "width")], "steps.0.columns", "Interactions needs at least 2 columns."),
        ([a_step("drop", "town", "town")], "steps.0.columns", "town is named twice; name each column once."),
        ([a_step("scale", "widht")], "steps.0.columns", "There is no column 'widht'; did you mean 'width'?"),
        (
            [a_step("scale", "town")],
            "steps.0.columns",
            "Scale takes columns of type integer or number; town is of type category.",
        ),
        (
            [a_step("scale", "price")],
            "steps.0.columns",
            "price is the target, which steps leave alone; take it out of this step.",
        ),
        (
            [a_step("drop", "town"), a_step("ordinal", "town")],
            "steps.1.columns",
            "town is no longer there: step 1 (Drop columns) left it out or put other columns in its place.",
        ),
        (
            [a_step("one_hot", "town"), a_step("drop", "town = Łódź")],
            "steps.1.columns",
            "'town = Łódź' cannot be named here: which columns step 1 (One column a category) makes is known only once "
            "it has seen the rows it learns from.",
        ),
        (
            [a_step("drop", "width", "rooms", "town", "sold", "advert")],
            "steps.0.columns",
            "This step leaves no column to learn from.",
        ),
        (
            [a_step("impute", "width"), a_step("impute", "town")],
            "steps.1.params.strategy",
            "The median is of numbers, and town is of type category; choose most_frequent or constant for it, in a "
            "step of its own.",
        ),
        (
            [a_step("impute", "width", strategy="constant", fill_value="none at all")],
            "steps.0.params.fill_value",
            "The value for width must be a number, not 'none at all'.",
        ),
        (
            [a_step("impute", "town", strategy="constant", fill_value="n/a")],
            "steps.0.params.fill_value",
            "Say with which value the gaps of town are to be filled.",
        ),
        ([a_step("clip_outliers", "width", low=0.5, high=0.5)], "steps.0.params.low", "low must be below high."),
        (
            [a_step("rare_categories", "town", name=" ")],
            "steps.0.params.name",
            "The name must be a word that does not mean a missing value.",
        ),
        ([a_step("scale", "width", method=1)], "steps.0.params.method", None),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(steps, attr, detail):
    with pytest.raises(BadInput) as error:
        check_steps(steps, COLUMNS, target="price")

    assert error.value.attr == attr
    assert detail in (None, error.value.detail)


def test_a_column_once_kept_out_of_the_way_has_no_followers():
    attr, detail = refusal(a_step("one_hot", "town"), a_step("choose", "width"), a_step("drop", "town = a"))

    assert (attr, detail) == ("steps.2.columns", "There is no column 'town = a'.")


def test_there_is_a_limit_to_the_columns_made():
    columns = [a_column(f"text {place}", "text") for place in range(3)]
    wish = a_step("tfidf", *(column.name for column in columns), words=1000)

    with pytest.raises(BadInput, match="could be 2,997 columns more than in the table; at most 2,000") as error:
        check_steps([wish], columns, target=None)

    assert error.value.attr == "steps.0.columns"


def test_a_wide_table_is_no_reason_to_refuse():
    columns = [a_column(f"c{place}") for place in range(3000)]

    assert len(check_steps([a_step("scale", "c0")], columns, target=None)) == 1


def test_columns_that_only_leave_are_no_features():
    steps = check(
        a_step("date_parts", "sold", parts=["year"]), a_step("drop", "town"), a_step("choose", "width", "rooms")
    )

    left, features = narrowed(steps, COLUMNS[:3] + COLUMNS[3:5], COLUMNS)

    assert [column.name for column in features] == ["width", "rooms", "sold"]
    assert [(step.kind, step.columns) for step in left] == [
        ("date_parts", ("sold",)),
        ("choose", ("width", "rooms")),
    ]


def test_steps_that_leave_no_feature_are_refused():
    with pytest.raises(BadInput, match="leave none of the features") as error:
        narrowed(check(a_step("choose", "width")), [COLUMNS[1]], COLUMNS)

    assert error.value.attr == "steps"


def test_a_made_column_is_a_feature_of_its_type():
    (stride,) = strides(check(a_step("date_parts", "sold", parts=["hour"])), COLUMNS)

    made = next(column for column in stride.after if column.name == "sold hour")
    assert (made.dtype, made.role.value, made.unique) == (Dtype.INTEGER, "feature", 0)


def test_a_word_that_no_text_has_is_refused_where_it_stands():
    with pytest.raises(BadInput, match="NUL character") as error:
        check({"kind": "rare_categories", "columns": ["town"], "params": {"name": "\0"}})

    assert error.value.attr == "steps.0.params"
