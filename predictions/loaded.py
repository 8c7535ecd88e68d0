"""Models held in memory, the least recently used going first, within a number and a size."""

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from django.conf import settings

from core import storage
from ml.schema import Task
from training.models import ModelVersion

if TYPE_CHECKING:
    from ml.prediction import Predictor


class LoadedModels:
    """A cache by content hash, so that a model is never mistaken for another; safe for threads.

    The size counted is that of the file; memory is a small multiple of it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[Predictor, int]] = OrderedDict()

    def get(self, model: ModelVersion) -> tuple["Predictor", bool]:
        """The model ready to answer, and whether it was in memory."""
        with self._lock:
            if held := self._held.get(model.sha256):
                self._held.move_to_end(model.sha256)
                return held[0], True
        predictor = self._load(model)
        with self._lock:
            self._held[model.sha256] = (predictor, model.size_bytes)
            self._make_room()
        return predictor, False

    def _load(self, model: ModelVersion) -> "Predictor":
        from ml import artifacts  # noqa: PLC0415 -- slow import: scikit-learn
        from ml.prediction import Predictor  # noqa: PLC0415 -- slow import: scikit-learn

        pipeline = artifacts.load(storage.local_path(model.file_key), sha256=model.sha256)
        return Predictor(pipeline, task=Task(model.task), fields=model.fields)

    def _make_room(self) -> None:
        while len(self._held) > 1 and (
            len(self._held) > settings.MODEL_CACHE_COUNT
            or sum(size for _, size in self._held.values()) > settings.MODEL_CACHE_BYTES
        ):
            self._held.popitem(last=False)


loaded_models = LoadedModels()
