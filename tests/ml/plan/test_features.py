import pytest

from ml.errors import BadInput
from ml.plan import make_plan
from ml.schema import Role
from tests.ml.factories import a_column


def columns():
    return [
        a_column("age", "number", unique=80),
        a_column("survived", "integer", unique=2),
        a_column("fare", "number", unique=150),
        a_column("family", "category", unique=12),
        a_column("boarded", "datetime", unique=80),
    ]


def features(**wish):
    plan = make_plan(columns(), rows=200, target="survived", algorithm="random_forest", **wish)
    return [feature.name for feature in plan.features]


@pytest.mark.parametrize(
    ("wish", "left"),
    [
        ({}, ["age", "fare", "family", "boarded"]),
        ({"exclude": ["fare", "survived"]}, ["age", "family", "boarded"]),
        ({"group_by": "family"}, ["age", "fare", "boarded"]),
        ({"order_by": "boarded", "exclude": ["age"]}, ["fare", "family"]),
        ({"group_by": "family", "features": ["age", "family"]}, ["age", "family"]),
        (
            {"order_by": "boarded", "steps": [{"kind": "date_parts", "columns": ["boarded"]}]},
            ["age", "fare", "family", "boarded"],
        ),
        ({"features": ["age", "fare"], "exclude": ["family"]}, ["age", "fare"]),
    ],
)
def test_what_is_left_out_is_no_feature(wish, left):
    assert features(**wish) == left


def with_empty(**wish):
    table = [*columns(), *(a_column(name, unique=0, role=Role.CONSTANT) for name in ("empty", "blank"))]
    return make_plan(table, rows=200, target="survived", algorithm="random_forest", **wish)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["empty"], "empty is empty; choose a column with values to learn from."),
        (["empty", "blank"], "empty and all others chosen are empty; choose"),
    ],
)
def test_nothing_can_be_learnt_from_empty_columns(names, words):
    with pytest.raises(BadInput) as error:
        with_empty(features=names)

    assert error.value.attr == "features"
    assert words in error.value.detail


def test_an_empty_column_among_others_does_no_harm():
    assert [each.name for each in with_empty(features=["age", "empty"]).features] == ["age", "empty"]


@pytest.mark.parametrize(
    ("wish", "attr", "words"),
    [
        ({"exclude": ["fares"]}, "exclude", "There is no column 'fares'; did you mean 'fare'?"),
        ({"exclude": "fare"}, "exclude", "exclude must be a list of names"),
        ({"exclude": ["age", "fare", "family", "boarded"]}, "exclude", "leave out fewer"),
        ({"exclude": ["age"], "features": ["age", "fare"]}, "exclude", "age is named among the features"),
        (
            {"exclude": ["age"], "steps": [{"kind": "scale", "columns": ["age"]}]},
            "steps.0.columns",
            "age is not among the features",
        ),
    ],
)
def test_columns_that_cannot_be_left_out_are_refused(wish, attr, words):
    with pytest.raises(BadInput) as error:
        features(**wish)

    assert error.value.attr == attr
    assert words in error.value.detail
