import pytest
from django.http import QueryDict

from core.errors import InvalidInput
from datasets.row_filters import bar_filter, row_filter
from ml.tables.filtering import Where

AGE = {"name": "Age", "histogram": {"edges": [0.0, 40.0, 80.0], "counts": [3, 1]}, "top_values": []}
SEX = {"name": "Sex", "histogram": None, "top_values": [{"value": "male", "count": 3}, {"value": "female", "count": 2}]}


@pytest.mark.parametrize(
    ("query", "where", "words"),
    [
        ("column=Age&from=20&to=24.5", Where(column="Age", low="20", high="24.5"), "Age from 20 to 24.5"),
        ("column=Age&from=20", Where(column="Age", low="20"), "Age from 20"),
        ("column=Age&to=20", Where(column="Age", high="20"), "Age below 20"),
        ("column=Age&missing=1", Where(column="Age", is_missing=True), "Age missing"),
        ("column=Sex&equals=male", Where(column="Sex", equals="male"), "Sex is male"),
        ("column=Sex&equals=", Where(column="Sex", equals=""), "Sex is empty"),
        (
            "column=Sex&other=1",
            Where(column="Sex", not_among=("male",)),
            "Sex beyond its 1 most frequent values",
        ),
    ],
)
def test_a_filter_is_read_and_said_in_words(query, where, words):
    found = row_filter(QueryDict(query).dict(), [AGE, SEX])

    assert found is not None
    assert (found.where, found.words, found.query) == (where, words, query)


def test_no_filter_is_none():
    assert row_filter({"q": "x", "page": "2"}, [AGE]) is None


@pytest.mark.parametrize(
    ("given", "attr"),
    [({"equals": "x"}, "column"), ({"column": "Age"}, "column"), ({"column": "Age", "other": "x"}, "other")],
)
def test_a_filter_that_says_too_little_is_refused(given, attr):
    with pytest.raises(InvalidInput) as refusal:
        row_filter(given, [AGE])

    assert refusal.value.attr == attr


@pytest.mark.parametrize(
    ("profile", "bar", "asked"),
    [
        (AGE, "0", {"column": "Age", "from": "0.0", "to": "40.0"}),
        (AGE, "1", {"column": "Age", "from": "40.0"}),
        (AGE, "2", None),
        (AGE, "m", {"column": "Age", "missing": "1"}),
        (SEX, "1", {"column": "Sex", "equals": "female"}),
        (SEX, "o1", {"column": "Sex", "other": "1"}),
        (SEX, "<", None),
    ],
)
def test_a_bar_stands_for_a_filter(profile, bar, asked):
    assert bar_filter(profile, bar) == asked
