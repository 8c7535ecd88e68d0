import math
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ml.values import LARGEST, Unreadable, boolean, moment, number, word


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (7, 7.0),
        (-0.5, -0.5),
        (Decimal("1.25"), 1.25),
        (" 3 ", 3.0),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("1,5", 1.5),
        ("0,125", 0.125),
        ("1234,567", 1234.567),
        (1e35, LARGEST),
        ("-1e35", -LARGEST),
    ],
)
def test_number_reads_what_is_plainly_a_number(written, read):
    assert number(written) == read


@pytest.mark.parametrize("blank", [None, "", "  ", "N/A", "?", "-"])
def test_number_takes_blanks_and_missing_marks_as_missing(blank):
    assert math.isnan(number(blank))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("ten", "must be a number, not 'ten'"),
        ("1,500", "must be a number, not '1,500'; write it with a decimal point and without thousands marks"),
        ("1.234,5", "must be a number, not '1.234,5'; write it with a decimal point and without thousands marks"),
        ("1_000", "must be a number, not '1_000'; write it with a decimal point and without thousands marks"),
        ("NaN", "must be a number, not 'NaN'"),
        ("Infinity", "must be a number, not 'Infinity'"),
        (math.nan, "must be a number, and NaN is none; send null where the value is missing"),
        (math.inf, "must be a finite number; this one is too large to compute with"),
        ("1e400", "must be a finite number; this one is too large to compute with"),
        (10**400, "must be a finite number; this one is too large to compute with"),
        (True, "must be a number, not true"),
        ([1], "must be a number, not a list"),
        ({"a": 1}, "must be a number, not an object"),
    ],
)
def test_number_refuses_with_words_for_a_person(written, words):
    with pytest.raises(Unreadable) as refusal:
        number(written)

    assert str(refusal.value) == words


@pytest.mark.parametrize("yes", [True, 1, 1.0, "true", "YES", "y", "T", "on", "1"])
def test_boolean_reads_every_yes(yes):
    assert boolean(yes) == 1.0


@pytest.mark.parametrize("no", [False, 0, 0.0, "false", "No", "n", "F", " off ", "0"])
def test_boolean_reads_every_no(no):
    assert boolean(no) == 0.0


@pytest.mark.parametrize("other", ["perhaps", 2, [True], {}])
def test_boolean_refuses_the_rest(other):
    with pytest.raises(Unreadable, match="must be yes or no"):
        boolean(other)


@pytest.mark.parametrize(
    ("written", "read"),
    [(3, "3"), (3.0, "3"), ("3", "3"), ("03", "03"), (0.5, "0.5"), (True, "true"), (" a b ", "a b"), (None, "")],
)
def test_word_writes_one_value_one_way(written, read):
    assert word(written) == read


@pytest.mark.parametrize("hostile", ["a\0b", "x" * 100_001, "\ud800", ["a"], {"a": 1}, math.nan, 10**400])
def test_word_refuses_what_no_text_column_holds(hostile):
    with pytest.raises(Unreadable):
        word(hostile)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-02-29", "2024-02-29"),
        ("2024-02-29 18:30", "2024-02-29 18:30"),
        ("2024-02-29T18:30:00.25Z", "2024-02-29 18:30:00.250000"),
        ("2024-02-29T18:30:00+02:00", "2024-02-29 16:30"),
        ("2024/2/9", "2024-02-09"),
        ("2024年2月9日 18:30", "2024-02-09 18:30"),
        ("31/12/2017", "2017-12-31"),
        ("12/31/2017 08:00", "2017-12-31 08:00"),
        (date(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29, tzinfo=UTC), "2024-02-29"),
    ],
)
def test_moment_reads_dates_as_utc(written, read):
    assert moment(written) == datetime.fromisoformat(read)


@pytest.mark.parametrize("other", ["2023-02-29", "tomorrow", 1700000000, "0001-01-01T00:00+14:00", ["2024-01-01"]])
def test_moment_refuses_what_is_no_date(other):
    with pytest.raises(Unreadable):
        moment(other)


def test_moment_refuses_a_date_that_could_mean_two_days():
    with pytest.raises(Unreadable, match="could mean two days"):
        moment("01/02/2017")
