import html

import pytest

from tests import factories
from training.models import ModelVersion

FEATURES = ["width", "colour", "wild"]


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


@pytest.fixture
def model(person, dataset):
    """Of two classes, which is not always right."""
    return factories.a_model(person, dataset, target="wild", features=["width", "weight"], params={"C": 0.1})


def shown(answer):
    return html.unescape(answer.content.decode())


def test_scores_stand_with_interval_and_baseline(web, model):
    answer = web.get(f"/models/{model.pk}/evaluation")

    scores = {each["name"]: each for each in answer.context["scores"]}
    low, _ = model.evaluation["intervals"]["accuracy"]
    assert answer.context["scores"][0]["lead"]
    assert scores["Accuracy"]["interval"].startswith(f"{100 * low:.1f}".rstrip("0").rstrip("."))
    assert scores["Accuracy"]["baseline"]
    assert "drawn anew 1,000 times" in shown(answer)


def test_one_threshold_moves_matrix_and_facts(web, model):
    usual = web.get(f"/models/{model.pk}/evaluation").context["threshold"]
    all_named = web.get(f"/models/{model.pk}/evaluation", {"threshold": "0"}).context["threshold"]

    assert (usual["is_used"], all_named["is_used"]) == (True, False)
    assert [row[0] for row in all_named["matrix"]] == [0, 0]
    assert sum(map(sum, all_named["matrix"])) == sum(map(sum, usual["matrix"])) == model.evaluation["rows_test"]
    assert all_named["roc_mark"] == (1, 1)


def test_costs_choose_the_cheapest_threshold(web, model):
    asked = {"false_alarm": "0", "miss": "5", "threshold": "0.5"}
    threshold = web.get(f"/models/{model.pk}/evaluation", asked).context["threshold"]

    assert threshold["cheapest"]["cost"] == "0"
    assert (threshold["false_alarm"], threshold["miss"]) == ("0", "5")


@pytest.mark.parametrize("asked", [{"threshold": "x"}, {"threshold": "nan"}, {"miss": "-1"}, {"false_alarm": "1e999"}])
def test_figures_that_cannot_be_read_are_as_if_not_there(web, model, asked):
    threshold = web.get(f"/models/{model.pk}/evaluation", asked).context["threshold"]

    assert (threshold["is_used"], threshold["false_alarm"], threshold["miss"]) == (True, "1", "1")


def test_the_slider_gets_its_part_alone(web, model):
    answer = web.get(f"/models/{model.pk}/evaluation", {"threshold": "0.3"}, headers={"HX-Request": "true"})

    assert shown(answer).strip().startswith("<section")
    assert "<html" not in shown(answer)


def test_amounts_have_their_own_charts(web, person, dataset):
    amounts = factories.a_model(person, dataset, target="weight", algorithm="linear", params={})

    answer = web.get(f"/models/{amounts.pk}/evaluation")

    assert answer.context["threshold"] is None
    assert {"Predicted against actual", "How far off", "Misses over predictions"} <= {
        part.split("<")[0] for part in shown(answer).split(">")
    }


def test_a_model_judged_by_an_earlier_release_still_shows(web, model):
    kept = {key: model.evaluation[key] for key in ("sentence", "confusion", "rows_test", "score")}
    ModelVersion.objects.filter(pk=model.pk).update(evaluation=kept)

    for face in ("", "/evaluation", "/importance"):
        assert web.get(f"/models/{model.pk}{face}").status_code == 200


def test_importance_is_shown_with_its_spread(web, model):
    told = {
        "metric": "accuracy",
        "rows": 12,
        "repeats": 5,
        "features": [{"name": "<b>w</b>", "mean": 0.2, "std": 0.05}],
    }
    ModelVersion.objects.filter(pk=model.pk).update(evaluation=model.evaluation | {"importance": told})

    content = web.get(f"/models/{model.pk}/importance").content.decode()

    assert "&lt;b&gt;w&lt;/b&gt;" in content
    assert "0.2 ± 0.05" in content


def test_comparing_puts_models_side_by_side(web, person, dataset, model):
    other = factories.a_model(person, dataset, target="wild", features=["width", "weight"], algorithm="knn", params={})

    answer = web.get(f"/projects/{dataset.project_id}/models/compare", {"ids": [model.pk, other.pk]})

    assert [each["label"] for each in answer.context["models"]] == [str(model), str(other)]
    assert [curve["title"] for curve in answer.context["curves"]] == ["ROC", "Precision and recall"]
    assert "Nearest neighbours" in shown(answer)


def test_comparing_one_says_what_to_do(web, dataset, model):
    answer = web.get(f"/projects/{dataset.project_id}/models/compare", {"ids": [model.pk]})

    assert answer.status_code == 400
    assert "Name 2 to 5 models; 1 named." in shown(answer)


def test_the_list_is_a_leaderboard(web, dataset, model):
    row = web.get(f"/projects/{dataset.project_id}/models").context["page_obj"][0]

    assert row["interval_text"]
    assert row["gain_text"][0] in "+−"
    assert row["size_bytes"] == model.size_bytes
