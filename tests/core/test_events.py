import pytest
from django.db import transaction

from core import events
from core.models import OutboxEvent


def test_emit_appends_what_happened_to_what_and_by_whom(actor, project):
    events.emit("project.renamed", subject=project, by=actor, old="A", new="B")

    event = OutboxEvent.objects.get(kind="project.renamed")
    assert (event.subject_type, event.subject_id, event.actor) == ("workspaces.project", project.pk, actor.user)
    assert event.payload == {"old": "A", "new": "B"}


def test_emit_without_an_actor_is_the_platform_itself(project):
    events.emit("project.checked", subject=project)

    event = OutboxEvent.objects.get(kind="project.checked")
    assert (event.actor, event.payload) == (None, {})


def test_emit_counts_up(project):
    for kind in ("first", "second", "third"):
        events.emit(kind, subject=project)

    kinds = OutboxEvent.objects.filter(subject_id=project.pk).values_list("kind", flat=True)
    assert list(kinds)[-3:] == ["first", "second", "third"]


def test_emit_falls_with_the_change_it_tells_of(project):
    def change():
        with transaction.atomic():
            events.emit("project.renamed", subject=project)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()

    assert not OutboxEvent.objects.filter(kind="project.renamed").exists()


def test_an_event_outlives_the_person_behind_it(actor, project):
    events.emit("project.renamed", subject=project, by=actor)

    actor.user.delete()

    assert OutboxEvent.objects.get(kind="project.renamed").actor is None
