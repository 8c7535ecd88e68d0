"""A model's file for its people to take away."""

import hashlib
import re
from pathlib import Path
from typing import Literal

from django.http import FileResponse

from core import storage
from core.errors import Conflict
from training.models import ModelVersion

Format = Literal["skops", "joblib"]
FORMATS: tuple[Format, ...] = ("skops", "joblib")


def response(model: ModelVersion, file_format: Format) -> FileResponse:
    """The model's file as an attachment; raises Conflict (`model_failed`) when it is gone or damaged."""
    stored = _verified(model)
    name = f"{re.sub(r'[^A-Za-z0-9._-]+', '-', model.name).strip('-.') or 'model'}-v{model.version}.{file_format}"
    if file_format == "skops":
        return FileResponse(stored.open("rb"), as_attachment=True, filename=name)
    from ml import artifacts  # noqa: PLC0415 -- slow import: scikit-learn

    with storage.scratch_folder() as folder:
        exported = Path(folder) / name
        artifacts.export(stored, sha256=model.sha256, format=file_format, destination=exported)
        # The open file outlives its folder until it has been sent.
        return FileResponse(exported.open("rb"), as_attachment=True, filename=name)


def _verified(model: ModelVersion) -> Path:
    try:
        stored = storage.local_path(model.file_key)
    except FileNotFoundError:
        raise Conflict("The model's file is gone. Train it again.", code="model_failed") from None
    with stored.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != model.sha256:
            raise Conflict("The model's file has changed since it was written. Train it again.", code="model_failed")
    return stored
