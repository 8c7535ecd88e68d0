from functools import partial

import pytest
from django.conf import settings

from accounts.credits import balance_of
from core.actor import Actor
from core.errors import Conflict, Forbidden, InsufficientCredits, InvalidInput, NotFound
from core.models import OutboxEvent
from predictions import services
from predictions.models import Prediction
from tests import factories
from tests.factories import at_once
from training.models import ModelStatus
from workspaces.models import Role


def test_predict_answers_charges_keeps_and_tells(person, actor, model):
    made = services.predict(actor=actor, model=model, rows=[factories.a_row()])

    kept = Prediction.objects.get()
    assert kept == made
    assert (kept.success, kept.caller, kept.rows) == (True, person, [factories.a_row()])
    assert kept.answers[0]["prediction"] == "long"
    assert kept.warnings == [[]]
    assert kept.inference_ms > 0
    assert (kept.credits_charged, balance_of(person), factories.ledger_sum(person)) == (5, 9, 9)
    told = OutboxEvent.objects.get(kind="prediction.created")
    assert (told.subject_id, told.payload) == (kept.pk, {"model": str(model.pk)})


def test_many_rows_are_one_call_and_one_charge(person, actor, model):
    rows = [factories.a_row(length=length) for length in (1.0, 5.5, 2.0)]

    made = services.predict(actor=actor, model=model, rows=rows)

    assert [answer["prediction"] for answer in made.answers] == ["short", "long", "short"]
    assert balance_of(person) == 9


def test_second_call_finds_the_model_in_memory(actor, model):
    hits = [services.predict(actor=actor, model=model, rows=[factories.a_row()]).cache_hit for _ in range(2)]

    assert hits == [False, True]


def test_predict_without_credits_keeps_nothing(person, actor, model):
    factories.spend_everything(person)
    factories.give(person, 4)

    with pytest.raises(InsufficientCredits):
        services.predict(actor=actor, model=model, rows=[factories.a_row()])

    assert not Prediction.objects.exists()
    assert (balance_of(person), factories.ledger_sum(person)) == (4, 4)


def test_predict_is_free_where_credits_are_off(person, actor, model, settings):
    settings.CREDITS_ENABLED = False
    factories.spend_everything(person)

    made = services.predict(actor=actor, model=model, rows=[factories.a_row()])

    assert (made.credits_charged, factories.ledger_sum(person)) == (0, 0)


def test_row_that_cannot_be_read_is_neither_charged_nor_kept(person, actor, model):
    with pytest.raises(InvalidInput) as refusal:
        services.predict(actor=actor, model=model, rows=[factories.a_row(width="wide")])

    assert refusal.value.attr == "features.width"
    assert balance_of(person) == 14
    assert not Prediction.objects.exists()


def test_archived_model_answers_nobody(person, actor, model):
    model.status = ModelStatus.ARCHIVED

    with pytest.raises(Conflict) as conflict:
        services.predict(actor=actor, model=model, rows=[factories.a_row()])

    assert conflict.value.code == "model_archived"
    assert balance_of(person) == 14


def test_deprecated_model_still_answers(actor, model):
    model.status = ModelStatus.DEPRECATED

    assert services.predict(actor=actor, model=model, rows=[factories.a_row()]).success


def damage(model):
    (settings.FILES_DIR / model.file_key).write_bytes(b"PK damaged")


def remove(model):
    (settings.FILES_DIR / model.file_key).unlink()


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (damage, "The model's file has changed since it was written; it was not opened."),
        (remove, "The model's file is gone."),
    ],
)
def test_broken_model_is_kept_as_a_failure_and_not_charged(person, actor, model, harm, error):
    harm(model)

    with pytest.raises(Conflict) as conflict:
        services.predict(actor=actor, model=model, rows=[factories.a_row()])

    assert (conflict.value.code, conflict.value.detail) == ("model_failed", f"{error} Nothing was charged.")
    kept = Prediction.objects.get()
    assert (kept.success, kept.error, kept.rows) == (False, error, [factories.a_row()])
    assert (kept.answers, kept.credits_charged, kept.inference_ms) == ([], 0, None)
    assert (balance_of(person), factories.ledger_sum(person)) == (14, 14)
    assert OutboxEvent.objects.get(kind="prediction.failed").subject_id == kept.pk


def test_model_that_breaks_on_the_input_says_so(person, actor, model, monkeypatch):
    from sklearn.pipeline import Pipeline  # noqa: PLC0415 -- slow import

    def break_down(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Pipeline, "predict_proba", break_down)

    with pytest.raises(Conflict) as conflict:
        services.predict(actor=actor, model=model, rows=[factories.a_row()])

    assert conflict.value.code == "model_failed"
    assert Prediction.objects.get().error == "The model broke on this input (ZeroDivisionError)."
    assert balance_of(person) == 14


def test_predict_is_not_for_strangers_nor_viewers(person, stranger, model):
    with pytest.raises(NotFound):
        services.predict(actor=Actor(stranger), model=model, rows=[factories.a_row()])
    viewer = factories.join(stranger, model.project.workspace, Role.VIEWER)
    with pytest.raises(Forbidden):
        services.predict(actor=viewer, model=model, rows=[factories.a_row()])

    assert (balance_of(stranger), Prediction.objects.count()) == (15, 0)


def test_the_caller_pays_not_the_owner(person, stranger, model):
    member = factories.join(stranger, model.project.workspace, Role.EDITOR)

    services.predict(actor=member, model=model, rows=[factories.a_row()])

    assert (balance_of(stranger), balance_of(person)) == (10, 14)


@pytest.mark.django_db(transaction=True)
def test_calls_at_once_never_spend_more_than_there_is(doorbell):
    person = factories.a_person()
    model = factories.a_model(person)
    factories.spend_everything(person)
    factories.give(person, 15)

    call = partial(services.predict, actor=Actor(person), model=model, rows=[factories.a_row()])
    answers = at_once(*[call] * 8)

    assert sorted(type(answer).__name__ for answer in answers) == ["InsufficientCredits"] * 5 + ["Prediction"] * 3
    assert Prediction.objects.count() == 3
    assert (balance_of(person), factories.ledger_sum(person)) == (0, 0)
