"""The socket as its clients meet it, on a real server."""

import asyncio
import json
import time
from contextlib import suppress
from functools import partial

import pytest
from django.contrib.sessions.models import Session
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts import keys, tokens
from accounts.models import SignIn, User
from core.actor import Actor, Scope
from tests import factories
from tests.training.sockets import PATIENCE_S, cookie_of, last_seq, token_of
from training import consumers, journal
from training.consumers import TrainingConsumer
from training.models import Job
from training.states import JobState, move
from workspaces.models import Membership, Role

SOMEWHERE = "00000000-0000-0000-0000-000000000000"


def write(job, *words):
    journal.append(job.pk, [("log", {"message": word}) for word in words])


@pytest.fixture
def person(transactional_db):
    return factories.a_person("ada")


@pytest.fixture
def stranger(transactional_db):
    return factories.a_person("eve")


@pytest.fixture
def job(person, doorbell):
    return factories.a_job(person)


@pytest.fixture
def checked_often(monkeypatch):
    """Whether a person may still see what they follow is looked at often, from the moment they are known."""
    keep_checking = TrainingConsumer._keep_checking

    async def keep_checking_once_known(consumer):
        while consumer._actor is None:
            await asyncio.sleep(0.01)
        await keep_checking(consumer)

    monkeypatch.setattr(consumers, "GRACE_S", 0)
    monkeypatch.setattr(consumers, "CHECK_S", 0.1)
    monkeypatch.setattr(TrainingConsumer, "_keep_checking", keep_checking_once_known)


def wait_until_no_socket_is_open(person):
    """Wait until the server has taken leave of every socket of the person."""
    deadline = time.monotonic() + PATIENCE_S
    while TrainingConsumer.open_by_person[person.pk]:
        assert time.monotonic() < deadline
        time.sleep(0.01)


# Who it is ------------------------------------------------------------------------------------------------------------


def follows(socket, job) -> bool:
    write(job, "here")
    socket.say("subscribe_job", job_id=job.pk, after=last_seq(job) - 1)
    return socket.hear()["payload"] == {"message": "here"}


def test_token_in_the_address_signs_in(live, person, job):
    with live.socket(f"?token={token_of(person)}") as socket:
        assert follows(socket, job)


def test_token_in_the_first_message_signs_in(live, person, job):
    with live.socket() as socket:
        socket.say("authenticate", token=token_of(person))
        assert follows(socket, job)


def test_session_of_this_sites_page_signs_in(live, person, job):
    with live.socket(additional_headers=cookie_of(person), origin=f"http://127.0.0.1:{live.port}") as socket:
        assert follows(socket, job)


def test_session_of_a_program_without_origin_signs_in(live, person, job):
    with live.socket(additional_headers=cookie_of(person)) as socket:
        assert follows(socket, job)


def test_session_sent_along_by_another_sites_page_is_refused(live, person):
    with (
        pytest.raises(InvalidStatus) as refused,
        live.socket(additional_headers=cookie_of(person), origin="https://evil.example"),
    ):
        pass

    assert refused.value.response.status_code == 403


def test_session_of_a_trusted_origin_signs_in(live, person, job, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.example.org"]

    with live.socket(additional_headers=cookie_of(person), origin="https://ml.example.org") as socket:
        assert follows(socket, job)


def test_token_serves_pages_of_other_sites(live, person, job):
    with live.socket(f"?token={token_of(person)}", origin="https://elsewhere.example") as socket:
        assert follows(socket, job)


@pytest.mark.parametrize("header", ["X-API-Key: {}", "Authorization: Api-Key {}"])
def test_key_that_may_read_signs_in(live, person, job, header):
    name, _, value = header.partition(": ")
    _, raw = factories.a_key(person, Scope.READ)

    with live.socket(additional_headers={name: value.format(raw)}) as socket:
        assert follows(socket, job)


def test_bearer_header_signs_in(live, person, job):
    with live.socket(additional_headers={"Authorization": f"Bearer {token_of(person)}"}) as socket:
        assert follows(socket, job)


def test_key_that_may_not_read_is_refused(live, person):
    _, raw = factories.a_key(person, Scope.PREDICT)

    with live.socket(additional_headers={"X-API-Key": raw}) as socket:
        assert socket.hear()["code"] == "key_not_allowed"
        assert socket.ended() == consumers.Close.FORBIDDEN


@pytest.mark.parametrize("path", ["?token=nonsense", f"?token=mlp_12345678_{'x' * 43}"])
def test_wrong_credentials_end_the_socket(live, path):
    with live.socket(path) as socket:
        assert socket.hear()["code"] == "not_authenticated"
        assert socket.ended() == consumers.Close.NOT_SIGNED_IN


def test_wrong_token_in_a_message_ends_the_socket(live, person):
    refresh = tokens.issue(person)["refresh"]

    with live.socket() as socket:
        socket.say("authenticate", token=refresh)
        assert socket.hear()["code"] == "not_authenticated"
        assert socket.ended() == consumers.Close.NOT_SIGNED_IN


def test_nobody_is_told_nothing_and_may_still_sign_in(live, person, job):
    with live.socket() as socket:
        socket.say("subscribe_job", job_id=job.pk)
        assert socket.hear()["code"] == "not_authenticated"
        socket.say("authenticate", token=token_of(person))
        assert follows(socket, job)


def test_who_does_not_say_who_they_are_is_sent_away(live, monkeypatch):
    monkeypatch.setattr(consumers, "GRACE_S", 0.1)

    with live.socket() as socket:
        assert socket.hear()["code"] == "not_authenticated"
        assert socket.ended() == consumers.Close.NOT_SIGNED_IN


def test_session_that_has_ended_may_be_followed_by_a_token(live, person, job):
    headers = cookie_of(person)
    Session.objects.all().delete()

    with live.socket(additional_headers=headers) as socket:
        socket.say("authenticate", token=token_of(person))
        assert follows(socket, job)


def test_a_socket_stays_with_its_person(live, person, stranger):
    with live.socket_of(person) as socket:
        socket.say("authenticate", token=token_of(stranger))
        assert socket.hear()["code"] == "permission_denied"
        assert socket.ended() == consumers.Close.FORBIDDEN


def test_sockets_of_a_person_are_counted(live, person, settings):
    settings.LIVE_SOCKETS_PER_PERSON = 1

    with live.socket_of(person) as first:
        assert first.is_silent()
        with live.socket_of(person) as second:
            assert second.hear()["code"] == "throttled"
            assert second.ended() == consumers.Close.TOO_MANY
    wait_until_no_socket_is_open(person)
    with live.socket_of(person) as again:
        assert again.is_silent()


def test_other_addresses_have_no_socket(live):
    with pytest.raises(InvalidStatus), live.socket("/elsewhere"):
        pass


# What ends it ---------------------------------------------------------------------------------------------------------


def sign_out(person):
    SignIn.objects.get().delete()


def deactivate(person):
    User.objects.filter(pk=person.pk).update(is_active=False)


@pytest.mark.parametrize("end", [sign_out, deactivate])
def test_a_token_that_died_ends_the_socket(live, person, checked_often, end):
    with live.socket_of(person) as socket:
        assert socket.is_silent()
        end(person)
        assert socket.hear()["code"] == "not_authenticated"
        assert socket.ended() == consumers.Close.NOT_SIGNED_IN


def test_a_session_that_died_ends_the_socket(live, person, job, checked_often):
    with live.socket(additional_headers=cookie_of(person)) as socket:
        assert follows(socket, job)
        Session.objects.all().delete()
        assert socket.ended() == consumers.Close.NOT_SIGNED_IN


def test_a_revoked_key_ends_the_socket(live, person, checked_often):
    key, raw = factories.a_key(person, Scope.READ)

    with live.socket(additional_headers={"X-API-Key": raw}) as socket:
        assert socket.is_silent()
        keys.revoke(actor=Actor(person), key=key)
        assert socket.ended() == consumers.Close.NOT_SIGNED_IN


def test_a_new_token_keeps_a_socket_alive(live, person, job, checked_often):
    with live.socket_of(person) as socket:
        first = SignIn.objects.get()
        socket.say("authenticate", token=token_of(person))
        assert socket.is_silent()
        first.delete()
        assert follows(socket, job)
        assert socket.is_silent()


def test_who_is_no_member_any_more_is_told_no_more(live, person, stranger, job, checked_often):
    factories.join(stranger, job.project.workspace, Role.VIEWER)

    with live.socket_of(stranger) as socket:
        assert follows(socket, job)
        Membership.objects.filter(user=stranger, workspace=job.project.workspace).delete()
        gone = socket.hear()
        write(job, "unseen")

        assert (gone["type"], gone["code"], gone["job_id"]) == ("error", "not_found", str(job.pk))
        assert socket.is_silent()


# Following a job ------------------------------------------------------------------------------------------------------


def test_a_job_is_told_from_its_beginning_then_as_it_goes_on(live, person, job):
    write(job, "a", "b")

    with live.socket_of(person) as socket:
        socket.say("subscribe_job", job_id=job.pk)
        assert socket.words(2) == [(1, "a"), (2, "b")]
        write(job, "c")
        write(job, "d", "e")
        assert socket.words(3) == [(3, "c"), (4, "d"), (5, "e")]


def test_an_update_is_what_the_contract_says(live, api, person, job):
    write(job, "a")

    with live.socket_of(person) as socket:
        socket.say("subscribe_job", job_id=job.pk)
        update = socket.hear()

    told = api.get(f"/api/training/{job.pk}/events").json()[0]
    assert update == {"type": "job_update", "job_id": str(job.pk), **told}


def test_after_a_break_nothing_is_missed_or_repeated(live, person, job):
    write(job, *"abc")
    with live.socket_of(person) as socket:
        socket.say("subscribe_job", job_id=job.pk)
        seen = socket.words(2)
    write(job, *"de")

    with live.socket_of(person) as socket:
        socket.say("subscribe_job", job_id=job.pk, after=seen[-1][0])
        write(job, "f")
        seen += socket.words(4)

    assert seen == list(enumerate("abcdef", start=1))


def test_a_long_journal_comes_in_order_while_it_grows(live, person, job):
    write(job, *map(str, range(1, 1_201)))

    with live.socket_of(person) as socket:
        socket.say("subscribe_job", job_id=job.pk)
        seen = socket.words(300)
        for number in range(1_201, 1_301):
            write(job, str(number))
        seen += socket.words(1_000)

    assert seen == [(number, str(number)) for number in range(1, 1_301)]


def test_writers_at_once_are_told_in_order_to_everybody(live, person, job):
    with live.socket_of(person) as one, live.socket_of(person) as other:
        for socket in (one, other):
            socket.say("subscribe_job", job_id=job.pk)
        factories.at_once(*(partial(write, job, name) for name in "abcdef"))
        heard = one.words(6)

        assert [seq for seq, _ in heard] == [1, 2, 3, 4, 5, 6]
        assert other.words(6) == heard


def test_a_job_that_was_left_is_not_told_of(live, person, job):
    other = factories.a_job(person)

    with live.socket_of(person) as socket:
        for each in (job, other):
            socket.say("subscribe_job", job_id=each.pk)
        write(job, "heard")
        assert socket.words(1) == [(1, "heard")]
        socket.say("unsubscribe_job", job_id=job.pk)
        assert socket.is_silent()
        write(job, "unheard")
        write(other, "heard too")
        assert socket.words(1) == [(1, "heard too")]
        assert socket.is_silent()


def test_subscribing_again_begins_again(live, person, job):
    write(job, *"ab")

    with live.socket_of(person) as socket:
        socket.say("subscribe_job", job_id=job.pk)
        socket.words(2)
        socket.say("subscribe_job", job_id=job.pk, after=1)
        assert socket.words(1) == [(2, "b")]
        write(job, "c")
        assert socket.words(1) == [(3, "c")]


@pytest.mark.parametrize("which", ["a stranger's", "nobody's"])
def test_a_job_unseen_does_not_exist(live, stranger, job, which):
    job_id = str(job.pk) if which == "a stranger's" else SOMEWHERE

    with live.socket_of(stranger) as socket:
        socket.say("subscribe_job", job_id=job_id)
        refused = socket.hear()
        write(job, "unseen")

        assert (refused["type"], refused["code"], refused["job_id"]) == ("error", "not_found", job_id)
        assert socket.is_silent()


def test_a_socket_follows_so_many_jobs(live, person, job, monkeypatch):
    monkeypatch.setattr(consumers, "MOST_JOBS", 1)
    other = factories.a_job(person)

    with live.socket_of(person) as socket:
        for each in (job, other, job):
            socket.say("subscribe_job", job_id=each.pk)
        assert socket.hear()["code"] == "too_many_subscriptions"
        assert socket.is_silent()


@pytest.mark.parametrize(
    ("text", "code", "attr"),
    [
        ("{", "not_json", None),
        ("[1]", "not_json", None),
        ("[" * 20_000, "not_json", None),
        (b"\x00", "not_json", None),
        ("{}", "unknown_action", "action"),
        ('{"action": "delete_everything"}', "unknown_action", "action"),
        ('{"action": "subscribe_job"}', "invalid", "job_id"),
        ('{"action": "subscribe_job", "job_id": "x"}', "invalid", "job_id"),
        (f'{{"action": "subscribe_job", "job_id": "{SOMEWHERE}", "after": -1}}', "invalid", "after"),
        (f'{{"action": "subscribe_job", "job_id": "{SOMEWHERE}", "after": true}}', "invalid", "after"),
        ('{"action": "subscribe_user_jobs", "after": 3}', "invalid", "after"),
        ('{"action": "authenticate"}', "invalid", "token"),
        (json.dumps({"action": "ping", "padding": "x" * 65_536}), "too_large", None),
    ],
)
def test_what_cannot_be_understood_is_said_and_does_no_harm(live, person, text, code, attr):
    with live.socket_of(person) as socket:
        socket.connection.send(text)
        refused = socket.hear()

        assert (refused["type"], refused["code"], refused.get("attr")) == ("error", code, attr)
        assert socket.is_silent()


def test_a_reader_who_takes_nothing_is_dropped_and_resumes(live, person, job, monkeypatch):
    for _ in range(20):
        journal.append(job.pk, [("log", {"message": "x" * 60_000})] * 10)

    with live.socket_of(person, max_queue=1) as socket, monkeypatch.context() as impatient:
        impatient.setattr(consumers, "SLOW_S", 0.2)
        assert socket.is_silent()
        socket.say("subscribe_job", job_id=job.pk)
        wait_until_no_socket_is_open(person)
        seen = []
        with suppress(ConnectionClosed):
            while True:
                seen.append(socket.hear()["seq"])
    with live.socket_of(person) as socket:
        socket.say("subscribe_job", job_id=job.pk, after=seen[-1])
        seen += [socket.hear()["seq"] for _ in range(200 - len(seen))]

    assert seen == list(range(1, 201))


# Following a person's jobs --------------------------------------------------------------------------------------------


def test_a_persons_jobs_are_told_first_as_they_stand_then_as_they_go_on(live, person, stranger, job):
    factories.a_job(stranger)
    write(job, *"ab")

    with live.socket_of(person) as socket:
        socket.say("subscribe_user_jobs")
        first = socket.hear()
        write(job, "c")

        assert (first["kind"], first["seq"], first["payload"]["state"]) == ("state", 2, "queued")
        assert socket.words(1) == [(3, "c")]


def test_jobs_made_later_are_told_too_until_they_end(live, person):
    with live.socket_of(person) as socket:
        socket.say("subscribe_user_jobs")
        job = factories.a_job(person)
        first = socket.hear()
        factories.claim(job)
        move(job.pk, to=JobState.CANCELLED)
        states = [socket.hear()["payload"]["state"] for _ in range(2)]
        write(job, "an afterthought")

        assert (first["job_id"], first["payload"]["state"]) == (str(job.pk), "queued")
        assert states == ["running", "cancelled"]
        assert socket.is_silent()


def test_a_persons_jobs_resume_where_they_were_left(live, person, job):
    write(job, *"abc")
    move(job.pk, to=JobState.CANCELLED)

    with live.socket_of(person) as socket:
        socket.say("subscribe_user_jobs", after={str(job.pk): 2})
        heard = [socket.hear() for _ in range(2)]

        assert [(each["seq"], each["kind"]) for each in heard] == [(3, "log"), (4, "state")]


def test_jobs_a_person_may_not_see_any_more_are_not_told(live, person, stranger, job):
    Membership.objects.filter(user=person).delete()
    factories.join(person, factories.home_of(stranger).workspace, Role.VIEWER)

    with live.socket_of(person) as socket:
        socket.say("subscribe_user_jobs", after={str(job.pk): 0})
        write(job, "unseen")
        assert socket.is_silent()
        assert Job.objects.filter(owner=person).exists()
