from uuid import uuid4

import pytest

from training.live import hub, updates
from training.live.hub import _Journal

JOB = uuid4()


def told(*seqs):
    return [updates.Update(JOB, seq, "", False) for seq in seqs]


def seqs(found):
    return [update.seq for update in found]


def test_doubles_of_two_looks_are_dropped():
    journal = _Journal(last_seq=0)

    journal.take_up(told(1, 2, 3))
    journal.take_up(told(2, 3, 4))

    assert seqs(journal.after(0)) == [1, 2, 3, 4]
    assert seqs(journal.after(3)) == [4]


def test_what_lies_before_a_gap_is_not_at_hand_any_more():
    journal = _Journal(last_seq=0)

    journal.take_up(told(1, 2))
    journal.take_up(told(5, 6))

    assert journal.after(2) == []
    assert seqs(journal.after(4)) == [5, 6]


def test_so_many_are_at_hand_and_no_more(monkeypatch):
    journal = _Journal(last_seq=0)

    journal.take_up(told(*range(1, hub.AT_HAND + 11)))

    assert journal.after(9) == []
    assert len(journal.after(10)) == hub.AT_HAND


@pytest.mark.parametrize(("known", "last", "woken"), [(3, 3, 0), (3, 4, 1), (4, 3, 0)])
def test_followers_are_woken_when_a_journal_has_grown(known, last, woken):
    journal, calls = _Journal(last_seq=known), []
    journal.subscriptions.add(hub.Subscription(JOB, known, calls.append))

    journal.grow(last)

    assert len(calls) == woken
