"""Asking a model for an answer."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import credits
from accounts.credits import Cost
from core import events
from core.actor import Actor
from core.errors import Conflict, InvalidInput, NotFound
from ml.errors import BadInput, UntrustedArtifact
from ml.schema import Parsed, parse_rows
from predictions.loaded import loaded_models
from predictions.models import Prediction
from training.models import ModelVersion
from workspaces import access
from workspaces.access import Action
from workspaces.models import Workspace

log = structlog.get_logger(__name__)

MAX_ROWS = 1_000


def predict(
    *, actor: Actor, model: ModelVersion, rows: Sequence[Mapping[str, Any]], prefix: str = "features"
) -> Prediction:
    """Answer the rows, charge once, and keep the call; `prefix` is what errors call a row (`instances.{row}`).

    A row may be one of the table: columns that the model does not use are left out, with a warning, and not kept.
    Charges `Cost.PREDICT` in the transaction that keeps the call; emits `prediction.created`. Raises Forbidden,
    Conflict (`model_archived`, or `model_failed` when the model breaks on the input: kept, not charged),
    InvalidInput naming the column, InsufficientCredits.
    """
    access.require(actor, Action.USE, model)
    if model.is_archived:
        raise Conflict("This model is archived. Use a newer version.", code="model_archived")
    credits.require_funds(actor.user, Cost.PREDICT)
    parsed = _parsed(model, rows, prefix)
    prediction = Prediction(model=model, caller=actor.user, rows=[_used(row, parsed) for row in rows])
    try:
        _answer(prediction, parsed)
    except Exception as error:
        with _unless_purged():
            raise _failed(prediction, error, actor) from error
    with _unless_purged():
        return _keep(prediction, actor)


@transaction.atomic
def purge(*, workspace: Workspace) -> None:
    """Delete every prediction of a workspace that goes for good, and what events told of them.

    Its models are locked, so that none answers anybody else before they are gone too.
    """
    models = ModelVersion.objects.filter(project__workspace=workspace)
    list(models.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    predictions = Prediction.objects.filter(model__in=models)
    events.forget(predictions)
    predictions.delete()


@contextmanager
def _unless_purged() -> Iterator[None]:
    """Turn what the database says of a row whose model went in this moment into what a person is told."""
    try:
        yield
    except IntegrityError:
        raise NotFound("This model is gone.") from None


def _parsed(model: ModelVersion, rows: Sequence[Mapping[str, Any]], prefix: str) -> Parsed:
    fields = model.fields
    unused = {column["name"] for column in model.plan.get("columns", ())} - {field.name for field in fields}
    try:
        return parse_rows(rows, fields, unused=unused, prefix=prefix)
    except BadInput as error:
        raise InvalidInput(error.attr, error.detail) from None


def _used(row: Mapping[str, Any], parsed: Parsed) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in parsed.frame.columns}


def _answer(prediction: Prediction, parsed: Parsed) -> None:
    predictor, prediction.cache_hit = loaded_models.get(prediction.model)
    started = time.perf_counter()
    answers = predictor.predict(parsed.frame)
    prediction.inference_ms = round((time.perf_counter() - started) * 1_000, 3)
    prediction.answers = [answer.to_json() for answer in answers]
    prediction.warnings = parsed.warnings


@transaction.atomic
def _keep(prediction: Prediction, actor: Actor) -> Prediction:
    prediction.credits_charged = credits.charge(
        actor.user, Cost.PREDICT, row=prediction.pk, reference=str(prediction.model)
    )
    prediction.save(force_insert=True)
    events.emit("prediction.created", subject=prediction, by=actor, model=str(prediction.model_id))
    return prediction


@transaction.atomic
def _failed(prediction: Prediction, error: Exception, actor: Actor) -> Conflict:
    """Keep the failed call, and say what happened."""
    log.error("prediction.failed", model=str(prediction.model_id), exc_info=error)
    prediction.success = False
    if isinstance(error, UntrustedArtifact):
        prediction.error = error.detail
    elif isinstance(error, FileNotFoundError):
        prediction.error = "The model's file is gone."
    else:
        prediction.error = f"The model broke on this input ({type(error).__name__})."
    prediction.save(force_insert=True)
    events.emit("prediction.failed", subject=prediction, by=actor, model=str(prediction.model_id))
    free_of_charge = " Nothing was charged." if settings.CREDITS_ENABLED else ""
    return Conflict(f"{prediction.error}{free_of_charge}", code="model_failed")
