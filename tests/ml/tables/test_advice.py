"""Warnings about a table, where they need no table to be shown."""

import pytest

from ml.schema import Column, Dtype, Role
from ml.tables.advice import NearCopy, Odd, all_advice


def advice(columns=(), profile=(), **given):
    given = {"rows": 1000, "duplicates": 0, "copies": [], "odd": [], **given}
    return all_advice(columns, profile, **given)


@pytest.mark.parametrize(
    ("duplicates", "severity", "share"),
    [(1, "info", "(0.1% of all)"), (10, "warning", "(1.0% of all)"), (999, "warning", "(99.9% of all)")],
)
def test_repeated_rows_matter_from_one_in_a_hundred(duplicates, severity, share):
    (warning,) = advice(duplicates=duplicates)

    assert (warning["code"], warning["severity"], warning["columns"]) == ("duplicates", severity, [])
    assert share in warning["detail"]


def test_warnings_of_one_kind_are_not_without_end():
    copies = [NearCopy("a", f"a{i}", 1.0) for i in range(50)]

    assert len(advice(copies=copies)) == 20


def test_a_spoilt_column_names_the_value_that_spoilt_it():
    (warning,) = advice(odd=[Odd("when", Dtype.DATETIME, 0.995, "soon")])

    assert warning["detail"] == (
        "99.5% of “when” are dates, but not “soon”; correct the type to datetime and the rest counts as missing."
    )
    assert warning["remedy"] == {"kind": "retype", "columns": ["when"], "dtype": "datetime"}


def test_an_empty_column_is_not_mostly_missing_as_well():
    column = Column(name="x", dtype=Dtype.CATEGORY, role=Role.CONSTANT, missing=1000, unique=0)
    about = {"disguised": [], "share_missing": 1.0, "outliers": None, "quantiles": None, "top_values": []}

    assert [warning["code"] for warning in advice([column], [about])] == ["empty"]
