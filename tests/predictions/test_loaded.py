from functools import partial

import pytest

from ml.errors import UntrustedArtifact
from predictions.loaded import LoadedModels
from tests import factories
from tests.factories import at_once


@pytest.fixture
def models(person):
    """Three models of different files."""
    dataset = factories.a_dataset(person)
    return [factories.a_model(person, dataset, seed=seed, params={"C": seed}) for seed in (1, 2, 3)]


def hits(cache: LoadedModels, models: list) -> list[bool]:
    return [cache.get(model)[1] for model in models]


def test_model_is_loaded_once(models):
    cache = LoadedModels()

    first, second = cache.get(models[0]), cache.get(models[0])

    assert (first[1], second[1]) == (False, True)
    assert first[0] is second[0]
    assert first[0].classes == ["long", "short"]


def test_least_recently_used_goes_first_beyond_the_count(models, settings):
    settings.MODEL_CACHE_COUNT = 2
    cache = LoadedModels()
    a, b, c = models

    assert hits(cache, [a, b, a, c]) == [False, False, True, False]
    assert hits(cache, [a, c, b]) == [True, True, False]


def test_least_recently_used_goes_first_beyond_the_bytes(models, settings):
    a, b, c = models
    settings.MODEL_CACHE_BYTES = b.size_bytes + c.size_bytes
    cache = LoadedModels()

    assert hits(cache, [a, b, c]) == [False, False, False]
    assert hits(cache, [b, c, a]) == [True, True, False]


def test_model_larger_than_the_limit_is_held_alone(models, settings):
    settings.MODEL_CACHE_BYTES = 1
    cache = LoadedModels()
    a, b, _ = models

    assert hits(cache, [a, a, b, a]) == [False, True, False, False]


def test_same_file_is_one_entry(person, models, settings):
    again = factories.a_model(person, models[0].dataset_version.dataset, seed=1, params={"C": 1})
    assert again.sha256 == models[0].sha256

    assert hits(LoadedModels(), [models[0], again]) == [False, True]


def test_damaged_file_is_never_held(models, settings):
    cache = LoadedModels()
    path = settings.FILES_DIR / models[0].file_key
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])

    with pytest.raises(UntrustedArtifact):
        cache.get(models[0])
    path.write_bytes(whole)

    assert hits(cache, [models[0]]) == [False]


@pytest.mark.django_db(transaction=True)
def test_many_threads_get_a_model_that_works(doorbell, settings):
    settings.MODEL_CACHE_COUNT = 1
    person = factories.a_person()
    dataset = factories.a_dataset(person)
    models = [factories.a_model(person, dataset, params={"C": c}) for c in (1, 2)]
    cache = LoadedModels()

    answers = at_once(*[partial(cache.get, model) for model in models * 3])

    assert [predictor.classes for predictor, _ in answers] == [["long", "short"]] * 6
