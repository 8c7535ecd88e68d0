import pytest

from core.actor import Actor
from datasets import queries, versions
from ml.schema import Dtype
from tests import factories
from training import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


@pytest.fixture
def shown(web, dataset):
    return lambda: web.get(f"/data/{dataset.pk}/used-by")


def test_a_table_nothing_learnt_from_offers_to_train(shown, dataset):
    content = shown().content.decode()

    assert "Nothing rests on it yet" in content
    assert f'href="/data/{dataset.pk}/train"' in content


def test_models_stand_with_the_data_they_saw_and_their_score(shown, person, dataset):
    factories.a_model(person, dataset, name="Petals")

    (row,) = shown().context["models"]

    assert (str(row["model"]), row["data"], row["metric_name"]) == ("Petals v1", "version 1", "Accuracy")
    assert row["score_text"].endswith("%")


def test_trainings_without_a_model_stand_with_their_state(shown, person, dataset):
    job = factories.a_job(person, dataset)
    services.stop_training(actor=Actor(person), job=job)
    factories.a_model(person, dataset)

    (row,) = shown().context["jobs"]

    assert (row["job"], row["job"].state, row["target"]) == (job, "cancelled", "kind")


def test_each_tells_the_types_it_saw(shown, person, dataset):
    before = factories.a_model(person, dataset, name="Before")
    version = queries.version(dataset, 1)
    versions.correct_types(actor=Actor(person), version=version, changes={"length": Dtype.CATEGORY})
    after = factories.a_model(person, dataset, name="After")

    data = {row["model"]: row["data"] for row in shown().context["models"]}

    assert data == {before: "version 1", after: "version 1, schema 2"}


def test_models_of_another_table_are_not_in_it(shown, person, dataset):
    factories.a_model(person, factories.a_dataset(person, factories.flowers(50)))

    assert not shown().context["models"]


def test_it_takes_the_same_number_of_queries(shown, person, dataset, django_assert_max_num_queries):
    factories.a_model(person, dataset)
    factories.a_job(person, dataset)
    shown()
    with django_assert_max_num_queries(100) as one:
        shown()
    for name in ("Two", "Three"):
        factories.a_model(person, dataset, name=name)
        factories.a_job(person, dataset)

    with django_assert_max_num_queries(len(one)):
        shown()
