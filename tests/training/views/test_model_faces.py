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


@pytest.mark.parametrize(
    ("parted", "said"),
    [
        ({"group_by": "length"}, "groups held out, each with all its rows, drawn anew 1,000 times."),
        (
            {"group_by": "wild"},
            "No 95% intervals: the rows held out are of 1 group, too few or too alike to say how others would vary.",
        ),
        ({"order_by": "picked"}, "drawn anew 1,000 times. Rows near in time may go together"),
        ({"group_by": "length", "validation": {"cv": 3}}, "Means over 3 folds, with 95% intervals of those means."),
    ],
)
def test_what_was_drawn_for_the_intervals_is_said(web, person, dataset, parted, said):
    model = factories.a_model(person, dataset, features=["width", "weight"], **parted)

    answer = web.get(f"/models/{model.pk}/evaluation")

    assert said in answer.context["how_judged"]
    assert said in shown(answer)


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
    assert [fact["value"] for fact in threshold["facts"] if fact["label"] == "Cost"] != ["–"]


@pytest.mark.parametrize("asked", ["x", "nan", "2", ""])
def test_a_threshold_that_cannot_be_read_is_as_if_not_there(web, model, asked):
    answer = web.get(f"/models/{model.pk}/evaluation", {"threshold": asked})

    assert answer.context["threshold"]["is_used"]
    assert answer.context["costs_form"].costs == (1, 1)


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"miss": "-1"}, "miss", "Cost of a miss must be a number from 0 to 1,000,000,000."),
        ({"miss": ""}, "miss", "Cost of a miss must be a number from 0 to 1,000,000,000."),
        ({"false_alarm": "1e999"}, "false_alarm", "Cost of a false alarm must be a number from 0 to 1,000,000,000."),
        ({"false_alarm": "a lot"}, "false_alarm", "Cost of a false alarm must be a number from 0 to 1,000,000,000."),
        ({"false_alarm": "0", "miss": "0"}, "miss", "One of the two must cost something; else no threshold is"),
    ],
)
def test_a_cost_that_cannot_be_is_kept_and_said_and_the_page_goes_on_without(web, model, asked, field, words):
    answer = web.get(f"/models/{model.pk}/evaluation", asked)

    [(name, [said])] = answer.context["costs_form"].errors.items()
    threshold = answer.context["threshold"]
    assert (answer.status_code, name, said[: len(words)]) == (200, field, words)
    assert answer.context["costs_form"][field].value() == asked[field]
    assert said in shown(answer)
    assert (threshold["cheapest"], threshold["facts"][-1]["value"]) == (None, "–")
    assert sum(map(sum, threshold["matrix"])) == model.evaluation["rows_test"]


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
    assert "Accuracy lost, in percentage points" in content
    assert "20 ± 5" in content


@pytest.mark.parametrize(
    ("metric", "title", "text"),
    [
        ("f1", "F1 lost, in percentage points", "20 ± 5"),
        ("roc_auc", "ROC AUC lost", "0.2 ± 0.05"),
        ("rmse", "RMSE gained, in the unit of wild", "0.2 ± 0.05"),
        ("mse", "MSE gained, in the squared unit of wild", "0.2 ± 0.05"),
        ("mape", "MAPE gained, in percentage points", "20 ± 5"),
    ],
)
def test_importance_is_in_the_unit_of_the_score_and_says_so(web, model, metric, title, text):
    told = {"metric": metric, "rows": 9, "repeats": 5, "features": [{"name": "width", "mean": 0.2, "std": 0.05}]}
    ModelVersion.objects.filter(pk=model.pk).update(evaluation=model.evaluation | {"importance": told})

    importance = web.get(f"/models/{model.pk}/importance").context["importance"]

    assert (importance["title"], importance["items"][0]["text"]) == (title, text)


def test_columns_that_go_together_are_said_to_share_their_importance(web, model):
    told = {"metric": "accuracy", "rows": 9, "repeats": 5}
    told["features"] = [{"name": name, "mean": 0.1, "std": 0.0} for name in ("width", "weight")]
    ModelVersion.objects.filter(pk=model.pk).update(evaluation=model.evaluation | {"importance": told})
    version = model.dataset_version
    version.exploration = {"associations": {"columns": ["weight", "width"], "values": [[1, 0.93], [0.93, 1]]}}
    version.save(update_fields=["exploration"])
    said = "width and weight go together (0.93), so each may seem to matter less than it does."

    assert said in shown(web.get(f"/models/{model.pk}/importance"))
    assert web.get(f"/api/models/{model.pk}/explanation").json()["note"] == said


def test_comparing_puts_models_side_by_side(web, person, dataset, model):
    wish = {"target": "wild", "features": ["width", "weight"], "algorithm": "knn", "params": {}}
    other = factories.a_model(person, dataset, **wish)

    answer = web.get(f"/projects/{dataset.project_id}/models/compare", {"ids": [model.pk, other.pk]})

    assert [each["label"] for each in answer.context["models"]] == [str(model), str(other)]
    assert [curve["title"] for curve in answer.context["curves"]] == ["ROC", "Precision and recall"]
    assert "Nearest neighbours" in shown(answer)


def test_comparing_one_says_what_to_do(web, dataset, model):
    answer = web.get(f"/projects/{dataset.project_id}/models/compare", {"ids": [model.pk]})

    assert answer.status_code == 400
    assert "Name 2 to 5 models; 1 named." in shown(answer)


def test_comparing_amounts_with_classes_says_why_not(web, person, dataset, model):
    amounts = factories.a_model(person, dataset, target="weight", algorithm="linear", features=["width"], params={})

    answer = web.get(f"/projects/{dataset.project_id}/models/compare", {"ids": [model.pk, amounts.pk]})

    assert answer.status_code == 400
    assert "These models cannot be compared" in shown(answer)
    assert "Choose models of one kind, best of one target." in shown(answer)


def test_the_list_is_a_leaderboard(web, dataset, model):
    row = web.get(f"/projects/{dataset.project_id}/models").context["page_obj"][0]

    assert row["interval_text"]
    assert row["gain_text"][0] in "+−"
    assert row["size_bytes"] == model.size_bytes
    assert row["predict_text"].endswith(f" for {model.facts['rows_test']} rows")


def test_an_interval_without_width_is_no_certainty(web, person, dataset, model):
    wish = {"target": "wild", "features": ["width", "weight"], "algorithm": "knn", "params": {}}
    other = factories.a_model(person, dataset, **wish)
    told = other.evaluation | {"intervals": other.evaluation["intervals"] | {"accuracy": [0.75, 0.75]}}
    ModelVersion.objects.filter(pk=other.pk).update(evaluation=told)

    answer = web.get(f"/projects/{dataset.project_id}/models/compare", {"ids": [model.pk, other.pk]})

    assert [row["low"] is None for row in answer.context["spreads"][:2]] == [False, True]
    assert "A dot without a line came out alike each time it was measured" in shown(answer)
    assert "75% to 75%" not in shown(answer)
