import pytest

from core.actor import Actor
from tests import factories
from training import comparisons, overlays

pytestmark = pytest.mark.django_db

THREE = factories.csv(
    ["length", "width", "species"],
    [[round(row % 7 + (row % 3) / 2, 1), row % 5 + row % 3, ["setosa", "rosa", "viola"][row % 3]] for row in range(90)],
)


def compared(person, *models):
    return comparisons.compare(comparisons.models_named(Actor(person), [str(model.pk) for model in models]))


def drawn(found, models):
    assert found["overlaid"]["reason"] is None
    return overlays.pictures(found["overlaid"]["curves"], models)


@pytest.fixture
def table(person):
    return factories.a_dataset(person)


def made(person, table, *algorithms, **wish):
    return [factories.a_model(person, table, algorithm=name, params={}, **wish) for name in algorithms]


def test_two_classes_have_roc_and_precision_with_the_areas_of_the_scores(person, table):
    models = made(person, table, "logistic", "knn", features=["width", "colour"])

    found = compared(person, *models)

    assert [curve["title"] for curve in drawn(found, models)] == ["ROC", "Precision and recall"]
    areas = [line["area"] for line in found["overlaid"]["curves"][0]["lines"]]
    assert areas == [model.metrics["roc_auc"] for model in models]


def test_more_classes_are_averaged_and_say_so(person):
    table = factories.a_dataset(person, THREE)
    models = made(person, table, "logistic", "knn", target="species")

    found = compared(person, *models)

    roc, precision = drawn(found, models)
    assert roc["about"] == (
        "Each class against all others, averaged over the 3 classes, each counting the same: the mean share found at "
        "each share of false alarms."
    )
    assert precision["title"] == "Precision and recall, mean of the classes"
    areas = [line["area"] for line in found["overlaid"]["curves"][0]["lines"]]
    assert areas == pytest.approx([model.metrics["roc_auc"] for model in models], abs=1e-5)
    assert [line["name"] for line in roc["lines"]] == [str(model) for model in models]


def test_amounts_are_laid_over_each_other_by_their_errors(person, table):
    models = made(person, table, "linear", "knn", target="weight", features=["length", "width"])

    found = compared(person, *models)

    within, spread = drawn(found, models)
    assert within["x_title"] == "Off by at most, in the unit of weight"
    assert within["across"][1] == spread["across"][1] == -spread["across"][0]
    assert all(line["note"].startswith("half within ") for line in within["lines"])
    assert all(line["note"].endswith(" on average") for line in spread["lines"])


def test_curves_of_different_targets_are_not_laid_over_each_other(person, table):
    kind = factories.a_model(person, table)
    wild = factories.a_model(person, table, target="wild", features=["width", "weight"])

    found = compared(person, kind, wild)["overlaid"]

    assert found == {
        "reason": "They predict different columns, so their curves do not belong over each other.",
        "curves": [],
    }


def test_whether_the_rows_are_the_same_is_said(person, table):
    first = factories.a_model(person, table)
    same = factories.a_model(person, table, algorithm="knn", params={})
    other = factories.a_model(person, table, validation={"cv": 3})

    alike, apart = (overlays.rows_words(compared(person, first, each)["tests"]) for each in (same, other))

    assert alike == f"All of them on the same {first.evaluation['rows_test']} rows, which none had seen."
    assert apart.startswith("Each on the rows it had not seen, which are not the same for all")
