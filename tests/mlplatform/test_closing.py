"""Closing an account: what is theirs alone goes with its files, what others rest on stays."""

from contextlib import suppress
from functools import partial

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.test import Client

from accounts import credits, keys, tokens
from accounts.models import RememberedAnswer, User
from core import storage
from core.actor import Actor, Credential, Scope
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.models import OutboxEvent
from datasets import services as datasets
from datasets import worker as readers
from datasets.models import Dataset, DatasetVersion
from mlplatform import closing
from predictions import services as predictions
from predictions.models import Prediction
from tests import factories
from tests.factories import PASSWORD, at_once, home_of, join
from training import services as training
from training import worker
from training.models import Job, ModelVersion
from workspaces import audit, members
from workspaces.models import Invitation, Membership, Project, Role, Workspace

pytestmark = pytest.mark.django_db


def close(person) -> None:
    closing.close_account(actor=Actor(person), password=PASSWORD)


@pytest.fixture
def admin(db):
    """A superuser; another one stays if this one goes."""
    people = [factories.a_person("root"), factories.a_person("stan")]
    User.objects.filter(pk__in=[each.pk for each in people]).update(is_staff=True, is_superuser=True)
    return Actor(User.objects.get(pk=people[1].pk))


def files() -> list[str]:
    return sorted(str(path.relative_to(settings.FILES_DIR)) for path in settings.FILES_DIR.rglob("*") if path.is_file())


def mentions(*words: str) -> list[str]:
    """Every column of every row of every table in which one of the words stands."""
    return [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for row in model._base_manager.all()
        for field in row._meta.concrete_fields
        if any(word in str(field.value_from_object(row)) for word in words)
    ]


@pytest.fixture
def busy(person, doorbell):
    """A person with a row in every table that can have one of theirs."""
    model = factories.a_model(person)
    predictions.predict(actor=Actor(person), model=model, rows=[factories.a_row()])
    factories.a_job(person, model.dataset_version.dataset)
    factories.a_key(person)
    tokens.rotate(tokens.issue(person)["refresh"])
    Client().force_login(person)
    Client().post("/sign-in", {"username": person.email, "password": "wrong"})
    RememberedAnswer.objects.create(user=person, key="one", fingerprint="f")
    members.add_member(actor=Actor(person), workspace=model.project.workspace, email="new@example.org", role="viewer")
    return person


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_closed_account_is_left(busy, stranger):
    kept = factories.a_dataset(stranger)
    assert len(mentions(str(busy.pk), busy.email, busy.username)) > 15
    assert len(files()) == 6

    close(busy)

    # `user.closed` bears an id that leads to nobody any more.
    assert mentions(str(busy.pk), busy.email, busy.username) == ["core.OutboxEvent.subject_id"]
    assert files() == sorted([kept.versions.get().original_key, kept.versions.get().table_key])
    counted = {model: model.objects.count() for model in (Workspace, Project, Dataset, DatasetVersion)}
    assert set(counted.values()) == {1}
    left = (Job, ModelVersion, Prediction, Invitation, Session)
    assert [model.objects.count() for model in left] == [0] * len(left)
    assert list(OutboxEvent.objects.exclude(actor=stranger).values_list("kind", "subject_name", "actor")) == [
        ("user.closed", "", None)
    ]


def test_no_model_that_points_at_people_is_forgotten(person):
    pointing = {
        (relation.related_model._meta.label, relation.on_delete.__name__)
        for relation in User._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel)
    }

    kept = {label for label, on_delete in pointing if on_delete != "CASCADE"}
    assert kept == {
        "core.OutboxEvent",
        "datasets.Dataset",
        "datasets.DatasetVersion",
        "datasets.Recipe",
        "datasets.SchemaCorrection",
        "predictions.Prediction",
        "token_blacklist.OutstandingToken",  # deleted by `accounts.services.remove`
        "training.Job",
        "training.ModelVersion",
        "workspaces.Invitation",
    }


@pytest.mark.parametrize("password", ["", "wrong"])
def test_without_the_password_nothing_is_closed(person, password):
    with pytest.raises(InvalidInput) as refusal:
        closing.close_account(actor=Actor(person), password=password)

    assert refusal.value.attr == "password"
    assert User.objects.filter(pk=person.pk).exists()


def test_a_key_closes_nothing(person):
    with pytest.raises(Forbidden) as refusal:
        closing.close_account(actor=Actor(person, Credential.KEY, frozenset(Scope)), password=PASSWORD)

    assert refusal.value.code == "key_not_allowed"


def test_the_only_owner_among_others_stays_and_is_told_what_to_do(person, stranger, project):
    join(stranger, project.workspace, Role.ADMIN)

    with pytest.raises(Conflict) as refusal:
        close(person)

    assert refusal.value.code == "last_owner"
    name = project.workspace.name
    assert (
        refusal.value.detail == f"You are the only owner of “{name}”, where others work. Hand the ownership over first."
    )
    assert Membership.objects.filter(user=person, role=Role.OWNER).exists()


def test_in_the_workspaces_of_others_work_stays_by_a_closed_account(person, stranger, web):
    shared = home_of(stranger)
    join(person, shared.workspace, Role.EDITOR)
    home_of(person).workspace.delete()
    model = factories.a_model(person)
    made = predictions.predict(actor=Actor(person), model=model, rows=[factories.a_row()])
    trail = OutboxEvent.objects.filter(workspace_id=shared.workspace.pk).order_by("id")

    close(person)

    row = ModelVersion.objects.select_related("job__dataset_version__dataset").get(pk=model.pk)
    assert (row.created_by, row.job.owner, row.job.dataset_version.dataset.created_by) == (None, None, None)
    assert Prediction.objects.get(pk=made.pk).caller is None
    told = [audit.sentence(event) for event in trail.filter(kind__in=["dataset.created", "member.left"])]
    gone = "Somebody whose account is closed"
    assert told == [f"{gone} created the dataset flowers", f"{gone} left the workspace"]


def test_every_page_shows_what_a_closed_account_left(person, stranger):
    shared = home_of(stranger)
    join(person, shared.workspace, Role.EDITOR)
    home_of(person).workspace.delete()
    model = factories.a_model(person)
    close(person)
    own = predictions.predict(actor=Actor(stranger), model=model, rows=[factories.a_row()])
    ModelVersion.objects.filter(pk=model.pk).update(created_by=stranger)
    theirs = Prediction.objects.create(model=model, rows=[factories.a_row()], answers=[{"prediction": "long"}])
    Prediction.objects.filter(pk=theirs.pk).update(warnings=[[]])
    web = Client()
    web.force_login(stranger)

    places = [f"/projects/{shared.pk}{place}" for place in ("", "/data", "/training", "/models", "/predictions")]
    rows = [f"/models/{model.pk}", f"/training/{model.job_id}", f"/predictions/{own.pk}", f"/predictions/{theirs.pk}"]
    rows += [f"/data/{model.dataset_version.dataset_id}", f"/workspaces/{shared.workspace_id}/audit"]
    rows += ["/api/models", "/api/training/jobs", "/api/predictions", f"/api/workspaces/{shared.workspace_id}/audit"]
    answers = {address: web.get(address) for address in [*places, *rows]}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert "asked by a closed account" in answers[f"/predictions/{theirs.pk}"].content.decode()


def test_others_are_told_of_a_closed_account_without_its_name(person, stranger):
    shared = home_of(stranger).workspace
    members.add_member(actor=Actor(stranger), workspace=shared, email=person.email, role=Role.VIEWER)

    close(person)

    told = [
        audit.sentence(event) for event in OutboxEvent.objects.filter(workspace_id=shared.pk, kind__startswith="member")
    ]
    assert told[0] == f"{stranger.username} added a closed account as viewer"
    assert mentions(person.username, person.email) == []


def test_the_last_superuser_stays(person):
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)

    with pytest.raises(Conflict) as refusal:
        close(User.objects.get(pk=person.pk))

    assert refusal.value.code == "last_superuser"
    assert Workspace.objects.count() == 1


def test_everything_that_let_the_person_in_is_dead(person):
    browser = Client()
    browser.force_login(person)
    access = tokens.issue(person)["access"]
    _, key = factories.a_key(person)

    close(person)

    asked = {"HTTP_AUTHORIZATION": f"Bearer {access}"}, {"HTTP_X_API_KEY": key}
    assert [Client().get("/api/auth/me", **credential).status_code for credential in asked] == [401, 401]
    assert browser.get("/account").status_code == 302
    assert keys.authenticate(key) is None


def test_staff_remove_a_person_and_what_they_shared_is_inherited(admin, person, project):
    viewer, editor, later = (factories.a_person(name) for name in ("vic", "ed", "eve"))
    join(viewer, project.workspace, Role.VIEWER)
    for each in (editor, later):
        join(each, project.workspace, Role.EDITOR)

    closing.remove_person(actor=admin, person=person)

    roles = dict(Membership.objects.filter(workspace=project.workspace).values_list("user", "role"))
    assert roles == {viewer.pk: "viewer", editor.pk: "owner", later.pk: "editor"}
    trail = OutboxEvent.objects.filter(workspace_id=project.workspace_id).order_by("id")
    assert [audit.sentence(event) for event in trail][-2:] == [
        f"{admin.user.username} handed the ownership over to {editor.username}",
        f"{admin.user.username} removed a closed account",
    ]
    assert OutboxEvent.objects.get(kind="user.closed").actor == admin.user


def test_an_admin_inherits_before_an_editor_who_came_first(admin, person, project):
    join(factories.a_person("ed"), project.workspace, Role.EDITOR)
    boss = factories.a_person("boss")
    join(boss, project.workspace, Role.ADMIN)

    closing.remove_person(actor=admin, person=person)

    assert Membership.objects.get(workspace=project.workspace, role=Role.OWNER).user == boss


def test_staff_remove_neither_themselves_nor_without_the_right(admin, person, stranger):
    User.objects.filter(pk=person.pk).update(is_staff=True)

    with pytest.raises(Conflict) as oneself:
        closing.remove_person(actor=admin, person=admin.user)
    with pytest.raises(Forbidden):
        closing.remove_person(actor=Actor(User.objects.get(pk=person.pk)), person=stranger)

    assert oneself.value.code == "not_yourself"
    assert User.objects.count() == 4


def test_an_account_closed_twice_is_gone_the_second_time(admin, person):
    close(person)

    with pytest.raises(NotFound):
        closing.remove_person(actor=admin, person=person)


@pytest.mark.django_db(transaction=True)
def test_an_account_closed_twice_at_once_is_closed_once(person, doorbell):
    factories.a_job(person)

    answers = at_once(*[partial(close, person)] * 4)

    assert sorted(str(answer) for answer in answers) == ["None"] + ["This account is closed already."] * 3
    assert (User.objects.count(), files()) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_close_at_once_leave_no_workspace_without_one(person, stranger, doorbell):
    workspace = home_of(person).workspace
    join(stranger, workspace, Role.OWNER)
    join(factories.a_person("vic"), workspace, Role.VIEWER)

    answers = at_once(partial(close, person), partial(close, stranger))

    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert Membership.objects.filter(workspace=workspace, role=Role.OWNER).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_superusers_who_close_at_once_leave_one(person, stranger, doorbell):
    User.objects.update(is_superuser=True)

    answers = at_once(*[partial(close, each) for each in User.objects.all()])

    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert User.objects.filter(is_superuser=True).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(5))
def test_a_job_that_ends_while_its_account_is_closed_leaves_no_file(person, doorbell, round_):
    job = factories.a_job(person)
    lease = factories.claim(job)

    answers = at_once(partial(close, person), partial(factories.finish, job, lease))

    assert answers == [None, None]
    assert (Job.objects.count(), ModelVersion.objects.count(), files()) == (0, 0, [])


@pytest.mark.django_db(transaction=True)
def test_a_job_that_runs_when_its_account_is_closed_stops_without_a_word(person, doorbell, caplog):
    job = factories.a_job(person)
    watch = worker._watch

    def close_and_watch(*args):
        close(person)
        return watch(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "_watch", close_and_watch)
        worker.run(job.pk)

    assert files() == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.django_db(transaction=True)
def test_a_running_job_of_a_closed_account_ends_in_the_workspace_of_others(person, stranger, doorbell):
    shared = home_of(stranger)
    join(person, shared.workspace, Role.EDITOR)
    home_of(person).workspace.delete()
    job = factories.a_job(person)
    lease = factories.claim(job)
    loaded = Job.objects.select_related("dataset_version", "project").get(pk=job.pk)

    close(person)
    factories.finish(loaded, lease)

    model = ModelVersion.objects.get(job=job)
    assert (model.created_by, model.project, Job.objects.get().state) == (None, shared, "succeeded")


@pytest.mark.django_db(transaction=True)
def test_a_failed_job_and_a_closing_at_once_wait_for_nobody_in_a_circle(person, doorbell):
    jobs = [factories.a_job(person) for _ in range(4)]
    leases = [factories.claim(job) for job in jobs]
    fails = [partial(worker._fail, job.pk, "Broke", lease=lease) for job, lease in zip(jobs, leases, strict=True)]

    assert at_once(partial(close, person), *fails) == [None] * 5

    assert (User.objects.count(), Job.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_what_the_person_does_at_that_moment_goes_or_is_refused(person, doorbell, round_):
    dataset = factories.a_dataset(person)
    factories.give(person, 100)
    work = [
        partial(training.start_training, actor=Actor(person), version=dataset.versions.get(), wish=factories.a_wish()),
        partial(
            datasets.add_dataset, actor=Actor(person), project=dataset.project, chunks=[b"a\n1\n"], filename="a.csv"
        ),
        partial(tokens.issue, person),
        partial(credits.grant, person, 5, key=f"at-once-{round_}", reference="Gift"),
    ]

    answers = at_once(partial(close, person), *work)

    assert answers[0] is None
    assert (User.objects.count(), Workspace.objects.count(), files()) == (0, 0, [])


@pytest.mark.django_db(transaction=True)
def test_a_file_that_a_dying_process_left_is_swept(person, doorbell, monkeypatch):
    factories.a_model(person)
    with monkeypatch.context() as patch, suppress(RuntimeError):
        patch.setattr(storage, "delete", lambda keys: None)
        close(person)
    assert len(files()) == 4

    monkeypatch.setattr(storage, "ORPHAN_S", -1)
    worker.sweep()
    readers.sweep()

    assert files() == []


def test_a_sweep_leaves_what_has_a_row_and_what_is_new(person, monkeypatch):
    model = factories.a_model(person)
    storage.put(f"models/{person.pk}/model.skops", [b"just stored"])
    before = files()

    worker.sweep()
    assert files() == before
    monkeypatch.setattr(storage, "ORPHAN_S", -1)
    worker.sweep()

    assert files() == sorted({*before} - {f"models/{person.pk}/model.skops"})
    assert model.file_key in files()


@pytest.mark.django_db(transaction=True)
def test_a_purged_model_answers_nobody(person, stranger, doorbell):
    model = factories.a_model(person)
    close(person)

    stray = Prediction(model=model, rows=[factories.a_row()])
    with pytest.raises(NotFound), predictions._unless_purged():
        predictions._keep(stray, Actor(stranger))
