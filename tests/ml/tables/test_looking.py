"""One look at every column, and nothing is read again for the profile."""

import numpy as np
import pytest

from ml.tables.measuring import measured
from ml.tables.profiling import profile_table

TABLE = "n,x,day,word,flag,none\n" + "".join(
    f"{i % 9},{i / 8 if i % 5 else ''},2020-01-{1 + i % 28:02d},w{i % 4},{str(i % 3 == 0).lower()},\n"
    for i in range(300)
)


def test_the_profile_from_the_looks_of_a_reading_is_that_of_the_table(read):
    table = read(TABLE)

    found = profile_table(table.path, table.summary.columns, looks=table.summary.looks)

    assert found == profile_table(table.path, table.summary.columns)


def test_looks_tell_the_ends_and_counts_of_every_column(read):
    looks = read(TABLE).summary.looks

    assert [(look.kind, look.present, look.unique) for look in looks] == [
        ("BIGINT", 300, 9),
        ("DOUBLE", 240, 240),
        ("TIMESTAMP", 300, 28),
        ("VARCHAR", 300, 4),
        ("BOOLEAN", 300, 2),
        ("VARCHAR", 0, 0),
    ]
    assert [(looks[at].low, looks[at].high) for at in (0, 1, 3)] == [(0, 8), (0.125, 299 / 8), ("w0", "w3")]


def test_a_profile_from_looks_reports_all_columns_as_done(read):
    table = read("a,b\n1,x\n2,y\n")
    said = []

    profile_table(table.path, table.summary.columns, looks=table.summary.looks, report=lambda *one: said.append(one))

    assert said == [(2, 2, "column")]


@pytest.mark.parametrize("kind", ["BIGINT", "TIMESTAMP"])
def test_numbers_near_one_another_and_far_from_zero_keep_their_deviation(kind):
    numbers = 10**15 + np.random.default_rng(3).integers(0, 1000, 5000)

    spread = measured(numbers, kind).spread

    offsets = numbers - 10**15
    assert spread.mean == pytest.approx(10**15 + offsets.mean(), rel=1e-12)
    assert spread.std == pytest.approx(offsets.std(ddof=1), rel=1e-6)


def test_a_column_of_suspects_alone_has_no_rest():
    look = measured(np.array([99, 99, -1]), "BIGINT")

    assert (look.suspected, look.rest) == ([(99, 2), (-1, 1)], None)


def test_what_is_not_suspected_keeps_its_ends():
    look = measured(np.array([-9, -1, 0, 5, 7, 99, 999]), "BIGINT")

    assert (look.rest.low, look.rest.high, look.rest.unique, look.rest.rows) == (5, 7, 2, 2)
