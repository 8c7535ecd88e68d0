"""What hangs in a workspace tells which one, in the outbox too."""

import pytest

from core.models import OutboxEvent
from tests import factories
from workspaces import services


@pytest.mark.parametrize("kind", ["dataset.created", "training.queued", "training.succeeded", "model.created"])
def test_events_know_the_workspace_they_happened_in(person, project, kind):
    factories.a_model(person)

    assert OutboxEvent.objects.get(kind=kind).workspace_id == project.workspace_id


def test_events_keep_the_name_of_what_is_gone(actor, project):
    gone = services.create_project(actor=actor, workspace=project.workspace, name="Which customers leave")

    services.delete_project(actor=actor, project=gone)

    event = OutboxEvent.objects.get(kind="project.deleted")
    assert (event.subject_name, event.workspace_id) == ("Which customers leave", project.workspace_id)


def test_events_outside_every_workspace_name_none(person):
    assert OutboxEvent.objects.get(kind="user.registered").workspace_id is None
