"""Reads of predictions."""

import random
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from core import storage
from core.actor import Actor
from core.errors import NotFound
from datasets.queries import rows_of
from predictions.models import Prediction
from training.models import ModelVersion
from training.queries import models_of


def history_of(actor: Actor) -> QuerySet[Prediction]:
    """The person's own predictions, and all of the models they made and still see; newest first."""
    own_models = models_of(actor).filter(created_by=actor.user).values("pk")
    rows = Prediction.objects.select_related("model__project__workspace", "caller")
    return rows.filter(Q(caller=actor.user) | Q(model__in=own_models))


def prediction(actor: Actor, prediction_id: UUID | str) -> Prediction:
    """One prediction of the person's history; raises NotFound."""
    try:
        found = history_of(actor).filter(pk=prediction_id).first()
    except (ValidationError, ValueError):
        found = None
    if found is None:
        raise NotFound("There is no such prediction, or you may not see it.")
    return found


def held_out_row(model: ModelVersion) -> dict[str, Any] | None:
    """A row of the model's table that it was not trained on, by column name, its true answer among them.

    None when the files that would tell are gone.
    """
    version = model.dataset_version
    try:
        places = pq.read_table(storage.local_path(model.holdout_key), columns=["row"])["row"]
        place = places[random.randrange(len(places))].as_py()  # noqa: S311 -- any row will do
        values = rows_of(version, offset=place, limit=1)[0]
    except FileNotFoundError:
        return None
    return dict(zip((column["name"] for column in version.columns), values, strict=True))
