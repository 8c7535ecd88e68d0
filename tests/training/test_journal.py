from functools import partial

import pytest

from tests import factories
from tests.factories import at_once
from training import journal
from training.models import Job


def log(*words: str) -> list[journal.Entry]:
    return [("log", {"message": word}) for word in words]


def words(job: Job, after: int = 0) -> list[tuple[int, str]]:
    return [(event.seq, event.payload["message"]) for event in journal.events_after(job, after)]


def test_numbers_count_up_from_one_in_the_order_written(person):
    job = factories.a_job(person)

    journal.append(job.pk, log("a", "b"))
    journal.append(job.pk, log("c"))

    assert words(job) == [(1, "a"), (2, "b"), (3, "c")]
    job.refresh_from_db()
    assert job.last_seq == 3


def test_events_after_begins_behind_what_was_seen(person):
    job = factories.a_job(person)
    journal.append(job.pk, log("a", "b", "c"))

    assert words(job, after=2) == [(3, "c")]
    assert words(job, after=3) == []


def test_each_job_has_numbers_of_its_own(person):
    dataset = factories.a_dataset(person)
    first, second = factories.a_job(person, dataset), factories.a_job(person, dataset)

    journal.append(first.pk, log("a"))
    journal.append(second.pk, log("b"))

    assert (words(first), words(second)) == ([(1, "a")], [(1, "b")])


def test_nothing_to_append_leaves_no_gap(person):
    job = factories.a_job(person)

    journal.append(job.pk, [])
    journal.append(job.pk, log("a"))

    assert words(job) == [(1, "a")]


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_no_gap_and_keep_their_entries_together(doorbell):
    job = factories.a_job(factories.a_person())

    def write(name: str) -> None:
        for round_ in range(4):
            journal.append(job.pk, log(f"{name}{round_} first", f"{name}{round_} second"))

    answers = at_once(*(partial(write, name) for name in "abcd"))

    found = words(job)
    assert answers == [None] * 4
    assert [seq for seq, _ in found] == list(range(1, 33))
    for (_, first), (_, second) in zip(found[::2], found[1::2], strict=True):
        assert (first[:2], first[3:], second[3:]) == (second[:2], "first", "second")
