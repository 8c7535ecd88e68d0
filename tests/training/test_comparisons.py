import pytest

from core.actor import Actor
from core.errors import InvalidInput, NotFound
from tests import factories
from training import comparisons, judgements

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(person):
    table = factories.a_dataset(person)
    return [
        factories.a_model(person, table, algorithm="logistic", features=["width", "colour"], params={"C": 0.5}),
        factories.a_model(person, table, algorithm="knn", features=["width", "colour"], seed=42),
    ]


def named(person, models):
    return comparisons.models_named(Actor(person), [str(model.pk) for model in models])


def test_models_come_in_the_order_named(person, two):
    assert named(person, two[::-1]) == two[::-1]


def test_one_model_two_of_the_same_and_what_is_no_id_are_refused(person, two):
    for ids in ([two[0].pk], [two[0].pk, two[0].pk], [two[0].pk, "x"], [two[0].pk] * 6):
        with pytest.raises(InvalidInput) as error:
            comparisons.models_named(Actor(person), [str(each) for each in ids])
        assert error.value.attr == "ids"


def test_numbers_and_classes_are_not_compared(person, two):
    table = two[0].dataset_version.dataset
    amounts = factories.a_model(person, table, target="weight", algorithm="linear", params={})

    with pytest.raises(InvalidInput) as error:
        named(person, [two[0], amounts])

    assert error.value.code == comparisons.NOT_COMPARABLE
    assert f"Of amounts: “{amounts}”. Of classes: “{two[0]}”." in error.value.detail


def test_a_strangers_model_is_not_there(person, stranger, two):
    with pytest.raises(NotFound):
        named(stranger, two)


def test_only_what_differs_is_listed(two):
    found = {each["key"]: each["values"] for each in comparisons.differences(two)}

    assert found["algorithm"] == ["logistic", "knn"]
    assert found["params.C"] == [0.5, None]
    assert found["params.n_neighbors"] == [None, 5]
    assert "seed" not in found
    assert "target" not in found


def test_scores_stand_with_their_intervals_in_the_order_of_the_models(two):
    found = {each["key"]: each for each in comparisons.compare(two)["metrics"]}

    assert found["accuracy"]["values"] == [model.metrics["accuracy"] for model in two]
    assert found["accuracy"]["intervals"] == [model.evaluation["intervals"]["accuracy"] for model in two]
    assert found["log_loss"]["better"] == "lower"


def test_two_models_are_tested_on_the_rows_both_held_out(two):
    (pair,) = comparisons.compare(two)["tests"]

    assert (pair["one"], pair["other"], pair["reason"]) == (str(two[0]), str(two[1]), None)
    assert (pair["rows"], pair["test"]) == (two[0].evaluation["rows_test"], "mcnemar")
    assert 0 <= pair["p_value"] <= 1


def test_models_judged_by_groups_are_tested_by_groups(person):
    table = factories.a_dataset(person)
    wish = {"target": "weight", "features": ["width", "wild"], "group_by": "length", "params": {}}
    models = [factories.a_model(person, table, algorithm=algorithm, **wish) for algorithm in ("linear", "knn")]

    (pair,) = comparisons.compare(models)["tests"]

    held_out = models[0].evaluation
    assert (pair["rows"], pair["groups"]) == (held_out["rows_test"], held_out["groups"])
    assert pair["sentence"].startswith(f"On {pair['rows']} rows of {pair['groups']} groups new to both, ")
    assert "Signs of whole groups flipped, as rows of one go together: p = " in judgements.test_words(pair)["detail"]


def test_models_of_different_data_are_not_tested(person, two):
    other = factories.a_model(person, factories.a_dataset(person, factories.flowers(90)), algorithm="knn", params={})

    reasons = [pair["reason"] for pair in comparisons.compare([two[0], other])["tests"]]

    assert reasons == ["They learnt from different data."]
