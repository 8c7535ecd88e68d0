import pytest

from core import events
from core.actor import Actor
from core.models import OutboxEvent
from datasets import services as datasets
from tests import factories
from tests.factories import join
from training import services as training
from training.models import ModelStatus
from workspaces import audit, members, queries, services
from workspaces.models import Membership, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace(project):
    return project.workspace


def told(workspace) -> list[str]:
    return [audit.sentence(event) for event in reversed(queries.audit_of(workspace))]


def test_what_people_do_to_members_reads_in_plain_words(actor, workspace, stranger):
    ada, eve = actor.user.username, stranger.username
    invited = members.add_member(actor=actor, workspace=workspace, email="new@example.org", role=Role.ADMIN)
    added = members.add_member(actor=actor, workspace=workspace, email=stranger.email, role=Role.EDITOR)
    members.change_role(actor=actor, member=added, role=Role.VIEWER)
    members.remove_member(actor=actor, member=invited)
    members.change_role(actor=actor, member=added, role=Role.OWNER)
    members.remove_member(actor=Actor(stranger), member=Membership.objects.get(user=actor.user, workspace=workspace))

    assert told(workspace)[2:] == [
        f"{ada} invited new@example.org as admin",
        f"{ada} added {eve} as editor",
        f"{ada} changed the role of {eve} from editor to viewer",
        f"{ada} withdrew the invitation of new@example.org",
        f"{ada} handed the ownership over to {eve}",
        f"{eve} removed {ada}",
    ]


def test_what_people_do_to_things_reads_in_plain_words(person, actor, project):
    dataset = factories.a_dataset(person)
    datasets.update_dataset(actor=actor, dataset=dataset, name="Roses")
    datasets.delete_dataset(actor=actor, dataset=dataset)
    services.update_project(actor=actor, project=project, name="Leavers")

    ada = person.username
    assert told(project.workspace) == [
        f"{ada} created the workspace {ada}’s workspace",
        f"{ada} created the project First project",
        f"{ada} created the dataset flowers",
        f"{ada} updated the dataset Roses",
        f"{ada} deleted the dataset Roses",
        f"{ada} updated the project Leavers",
    ]


def test_what_the_platform_does_names_nobody(person, workspace):
    factories.a_model(person)

    assert told(workspace)[-3:] == [
        f"{person.username} started the training kind by logistic",
        "The training kind by logistic succeeded",
        "The model kind by logistic v1 was made",
    ]


def test_somebody_whose_account_is_closed_is_not_named(workspace, stranger):
    actor = join(stranger, workspace, Role.ADMIN)
    members.add_member(actor=actor, workspace=workspace, email="new@example.org", role=Role.VIEWER)

    stranger.delete()

    assert told(workspace)[-1] == "Somebody whose account is closed invited new@example.org as viewer"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("recipe.created", "created the recipe First project"),
        ("batch_run.stopped", "stopped the batch run First project"),
        ("renamed", "changed the renamed First project"),
        ("member.added", "added somebody as member"),
    ],
)
def test_a_kind_without_words_of_its_own_reads_all_the_same(actor, project, kind, words):
    events.emit(kind, subject=project, by=actor)

    assert told(project.workspace)[-1] == f"{actor.user.username} {words}"


def test_hostile_names_are_words_and_no_format(actor, project):
    services.update_project(actor=actor, project=project, name="{person.__class__} {0} %s")

    assert told(project.workspace)[-1].endswith("updated the project {person.__class__} {0} %s")


def test_a_subject_is_told_in_the_products_words(person, actor, workspace, stranger):
    model = factories.a_model(person)
    training.update_model(actor=actor, model=model, status=ModelStatus.ARCHIVED)
    added = members.add_member(actor=actor, workspace=workspace, email=stranger.email, role=Role.EDITOR)

    model_event, member_event = OutboxEvent.objects.filter(kind__in=["model.updated", "member.added"])
    assert audit.subject_of(model_event) == {"type": "model", "id": model.pk, "name": "kind by logistic v1"}
    assert audit.subject_of(member_event) == {"type": "member", "id": added.pk, "name": stranger.username}


def test_nothing_of_an_account_but_its_username_stays_in_the_trail(actor, workspace, stranger):
    added = members.add_member(actor=actor, workspace=workspace, email=stranger.email, role=Role.EDITOR)
    members.remove_member(actor=actor, member=added)

    kept = OutboxEvent.objects.filter(workspace_id=workspace.pk).values_list("subject_name", "payload")
    assert stranger.email not in str(list(kept))


def test_every_event_of_a_person_names_them(person, actor, workspace):
    dataset = factories.a_dataset(person)
    job = factories.a_job(person, dataset)
    training.stop_training(actor=actor, job=job)

    assert set(OutboxEvent.objects.values_list("actor", flat=True)) == {person.pk}


def test_a_change_that_changes_nothing_is_not_told(person, actor, project):
    model = factories.a_model(person)
    before = OutboxEvent.objects.count()

    services.update_workspace(actor=actor, workspace=project.workspace, name=project.workspace.name)
    services.update_workspace(actor=actor, workspace=project.workspace)
    services.update_project(actor=actor, project=project, name=project.name, description="")
    datasets.update_dataset(actor=actor, dataset=model.dataset_version.dataset, name="flowers")
    training.update_model(actor=actor, model=model, status=model.status)

    assert OutboxEvent.objects.count() == before


def test_only_what_differs_is_told(actor, project):
    services.update_project(actor=actor, project=project, name=project.name, description="New")

    assert OutboxEvent.objects.get(kind="project.updated").payload == {"fields": ["description"]}


def test_the_trail_outlives_its_workspace(actor, workspace):
    services.delete_workspace(actor=actor, workspace=workspace)

    assert OutboxEvent.objects.filter(kind="workspace.deleted").exclude(workspace_id=None).exists()
