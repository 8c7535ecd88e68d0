from functools import partial

from django.core.cache import cache
from redis.exceptions import ConnectionError as Unreachable

from core import tally
from tests.racing import at_once

DAY_S = 86_400


def test_count_tells_how_many_there_are_now():
    assert [tally.count("visit", period_s=DAY_S) for _ in range(3)] == [1, 2, 3]
    assert tally.count("other", period_s=DAY_S) == 1


def test_uncount_takes_one_back():
    tally.count("visit", period_s=DAY_S)

    tally.uncount("visit", period_s=DAY_S)

    assert tally.count("visit", period_s=DAY_S) == 1


def test_count_begins_anew_with_each_period(monkeypatch):
    for second, counted in [(DAY_S, 1), (2 * DAY_S - 1, 2), (2 * DAY_S, 1)]:
        monkeypatch.setattr("time.time", lambda second=second: second)
        assert tally.count("visit", period_s=DAY_S) == counted


def test_seconds_left_is_until_the_next_period(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 2 * DAY_S - 1.5)

    assert tally.seconds_left(DAY_S) == 2


def test_at_once_each_is_counted():
    answers = at_once(*[partial(tally.count, "visit", period_s=DAY_S)] * 8)

    assert sorted(answers) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_without_a_cache_nothing_is_counted_and_nothing_breaks(monkeypatch):
    def away(*_: object, **__: object) -> None:
        raise Unreachable

    monkeypatch.setattr(type(cache._connections["default"]), "add", away)

    assert tally.count("visit", period_s=DAY_S) == 0
