from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User, Wallet
from core import pulse
from datasets.models import VersionStatus
from mlplatform import system
from tests import factories
from training import worker
from training.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, stranger):
    """A web client signed in as staff with the right to see the system page; the person is `stranger`."""
    User.objects.filter(pk=stranger.pk).update(is_staff=True)
    stranger.user_permissions.add(Permission.objects.get(codename="view_pulse"))
    client.force_login(stranger)
    return client


def fail(job: Job, error: str) -> None:
    worker._fail(job.pk, error, lease=factories.claim(job))


@pytest.fixture
def busy(person):
    """Three jobs: one waits, one runs, one has failed."""
    pulse.beat("worker")
    pulse.beat("worker:here:1", slots=2)
    pulse.beat("worker:there:1", slots=3)
    dataset = factories.a_dataset(person)
    _, running, failed = (factories.a_job(person, dataset, name=name) for name in ("Waits", "Runs", "Fails"))
    factories.claim(running)
    fail(failed, "Out of luck.")
    return running


def test_the_report_tells_what_works_waits_and_runs(busy, person):
    report = system.report()

    workers = report["workers"]
    assert (workers["alive"], workers["slots"], workers["broker"]) == (True, 5, "ok")
    assert (report["queue"]["queued_jobs"], report["queue"]["datasets_being_read"]) == (1, 0)
    assert 0 <= report["queue"]["oldest_job_age_s"] < 60
    assert (report["running"]["count"], report["running"]["stuck"]) == (1, 0)
    job = report["running"]["jobs"][0]
    assert (job["name"], job["owner"], job["attempt"], job["is_stuck"]) == ("Runs", person.email, 1, False)
    assert [(each["name"], each["error"]) for each in report["failures"]] == [("Fails", "Out of luck.")]


def test_the_report_parts_files_that_wait_from_those_being_read(person):
    waits, is_read, _ = (factories.a_dataset(person).versions for _ in range(3))
    an_hour_ago = timezone.now() - timedelta(hours=1)
    waits.update(status=VersionStatus.PROCESSING, created_at=an_hour_ago)
    is_read.update(status=VersionStatus.PROCESSING, heartbeat_at=timezone.now())

    queue = system.report()["queue"]

    assert (queue["queued_datasets"], queue["datasets_being_read"]) == (1, 1)
    assert queue["oldest_queued_dataset_age_s"] >= 3600
    assert queue["oldest_dataset_age_s"] < 60


def test_the_report_tells_what_is_stuck(busy):
    Job.objects.filter(pk=busy.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5), owner=None)

    running = system.report()["running"]

    assert (running["count"], running["stuck"]) == (1, 1)
    assert (running["jobs"][0]["is_stuck"], running["jobs"][0]["owner"]) == (True, "a closed account")


def test_the_report_tells_what_the_disk_and_the_database_hold(busy):
    report = system.report()

    assert [(each["kind"], each["files"]) for each in report["storage"]["kinds"]] == [("scratch", 0), ("datasets", 2)]
    assert report["storage"]["size_bytes"] == report["storage"]["kinds"][1]["size_bytes"] > 0
    assert report["storage"]["free_bytes"] > 0
    assert report["database"]["engine"] in {"SQLite", "PostgreSQL"}
    assert report["database"]["size_bytes"] > 10_000


def test_the_report_counts_people_and_credits(busy, stranger):
    report = system.report()

    assert report["people"] == {"total": 2, "active": 2, "staff": 0, "signed_in_lately": 0}
    assert report["credits"] == {
        "issued": 30,
        "spent": 3,
        "refunded": 1,
        "outstanding": 28,
        "in_balance": True,
        "out_of_balance": [],
    }


def test_the_report_names_a_wallet_out_of_balance(person):
    Wallet.objects.filter(user=person).update(balance=99)

    credits = system.report()["credits"]

    assert credits["in_balance"] is False
    assert credits["out_of_balance"] == [{"person": person.email, "balance": 99, "ledger_sum": 15}]


def test_the_report_of_an_empty_platform_is_whole(db):
    report = system.report()

    assert (report["workers"]["alive"], report["workers"]["heartbeat_age_s"]) == (False, None)
    assert (report["credits"]["issued"], report["credits"]["outstanding"], report["credits"]["in_balance"]) == (
        0,
        0,
        True,
    )


def test_the_report_takes_the_same_queries_however_many_rows(person, django_assert_num_queries):
    dataset = factories.a_dataset(person)
    fail(factories.a_job(person, dataset), "Broke.")
    factories.claim(factories.a_job(person, dataset))
    with CaptureQueriesContext(connection) as few:
        system.report()
    cache.delete("system")
    for _ in range(2):
        fail(factories.a_job(person, dataset), "Broke.")
        factories.claim(factories.a_job(factories.a_person()))

    with django_assert_num_queries(len(few)):
        system.report()
    assert len(few) <= 13


@pytest.mark.usefixtures("busy")
def test_staff_with_the_right_see_the_page_from_the_index(staff):
    index, page = staff.get("/admin/").content.decode(), staff.get("/admin/system/")

    assert 'href="/admin/system/"' in index
    assert page.status_code == 200
    for words in ("Out of luck.", "Runs", "Held by people", "Free on this disk", "agree"):
        assert words in page.content.decode()


def test_the_page_warns_of_what_is_wrong(staff, busy, person):
    Job.objects.filter(pk=busy.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    Wallet.objects.filter(user=person).update(balance=99)
    pulse.Pulse.objects.all().delete()

    page = staff.get("/admin/system/").content.decode()

    assert page.count('class="errornote"') == 3


def test_staff_without_the_right_are_refused_and_see_no_link(staff, stranger):
    stranger.user_permissions.clear()

    assert staff.get("/admin/system/").status_code == 403
    assert "/admin/system/" not in staff.get("/admin/").content.decode()


def test_who_is_no_staff_is_sent_to_sign_in(web):
    for browser in (web, Client()):
        answer = browser.get("/admin/system/")
        assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/admin/system/")


def test_programs_read_the_same(staff, busy):
    answer = staff.get("/api/admin/system")

    assert answer.status_code == 200
    assert set(answer.json()) == {
        "workers", "queue", "running", "failures", "counted_at", "storage", "database", "people", "credits"
    }  # fmt: skip
    assert answer.json()["running"]["jobs"][0]["id"] == str(busy.pk)


def test_what_adds_up_everything_is_counted_once_a_minute(person):
    before = system.report()
    Wallet.objects.filter(user=person).update(balance=99)
    factories.claim(factories.a_job(factories.a_person()))

    after = system.report()

    assert (before["counted_at"], before["credits"]) == (after["counted_at"], after["credits"])
    assert (before["running"]["count"], after["running"]["count"]) == (0, 1)
