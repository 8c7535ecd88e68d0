"""Forms of pages that charge, sent more than once."""

import pytest
from django.test import Client

from accounts.credits import balance_of
from accounts.models import RememberedAnswer
from accounts.sent_forms import done_once
from core.errors import Conflict
from tests import factories
from training.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(rf, person):
    """Sends a form and counts how often its work was done."""
    counted = []

    def send(by=person, *, path="/train", refuse=False, **filled_in):
        def work():
            counted.append(1)
            if refuse:
                raise Conflict("Not now.", code="not_now")
            return str(len(counted))

        request = rf.post(path, filled_in)
        request.user = by
        return done_once(request, work)

    return send


def test_the_same_form_is_done_once(sent):
    assert [sent(showing="a", target="kind"), sent(showing="a", target="kind")] == [("1", True), ("1", False)]


def test_the_token_of_the_browser_is_no_part_of_the_form(sent):
    sent(showing="a", csrfmiddlewaretoken="one")

    assert sent(showing="a", csrfmiddlewaretoken="other") == ("1", False)


def test_another_showing_filling_address_or_person_is_another_form(sent, stranger):
    first = sent(showing="a", target="kind")

    others = [
        sent(showing="b", target="kind"),
        sent(showing="a", target="weight"),
        sent(showing="a", target="kind", path="/elsewhere"),
        sent(stranger, showing="a", target="kind"),
    ]

    assert [first, *others] == [(str(place), True) for place in range(1, 6)]


def test_a_form_without_a_showing_is_done_each_time(sent):
    assert [sent(target="kind"), sent(target="kind")] == [("1", True), ("2", True)]
    assert not RememberedAnswer.objects.exists()


def test_what_was_refused_is_tried_again(sent):
    with pytest.raises(Conflict):
        sent(showing="a", refuse=True)

    assert sent(showing="a") == ("2", True)


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_at_once_is_done_once(doorbell, person):
    job = factories.a_model(person).job

    def send():
        web = Client()
        web.force_login(person)
        return web.post(f"/training/{job.pk}/again", {"showing": "a"})

    answers = factories.at_once(*[send] * 10)

    assert {answer["Location"] for answer in answers} == {f"/training/{Job.objects.get(reproduces=job).pk}"}
    assert balance_of(person) == 13
