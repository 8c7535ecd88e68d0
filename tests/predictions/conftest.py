import pytest

from predictions import services
from predictions.loaded import LoadedModels
from tests import factories


@pytest.fixture(autouse=True)
def _nothing_is_loaded(monkeypatch):
    """Equal fits give equal files, which the cache of models would know from another test."""
    monkeypatch.setattr(services, "loaded_models", LoadedModels())


@pytest.fixture
def model(person):
    """Predicts `kind` (long or short) of flowers; its owner has 14 credits left."""
    return factories.a_model(person, name="Flowers")
