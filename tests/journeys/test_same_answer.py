"""What was evaluated is what is served: each held-out row gets its evaluated answer, through API and form alike."""

import csv
import io

import pyarrow.parquet as pq
import pytest
from django.conf import settings

from datasets.queries import newest_version, rows_of
from ml.prediction import class_name
from predictions.models import Prediction
from tests import factories
from training import worker
from training.models import ModelVersion

ALGORITHMS = [
    ("linear", "weight"),
    ("logistic", "kind"),
    ("knn", "kind"),
    ("knn", "weight"),
    ("random_forest", "kind"),
    ("random_forest", "weight"),
    ("hist_gradient_boosting", "kind"),
    ("hist_gradient_boosting", "weight"),
]

QUICK = {"random_forest": {"n_estimators": 20}, "hist_gradient_boosting": {"max_iter": 20}}


@pytest.fixture(autouse=True)
def _many_calls_are_made(settings):
    settings.CREDITS_PER_PREDICTION = 0


def trained(person, dataset, **wish) -> ModelVersion:
    job = factories.a_job(person, dataset, params=QUICK.get(wish["algorithm"], {}), **wish)
    worker.run(job.pk)
    return ModelVersion.objects.get(job=job)


def held_out(model) -> list[dict]:
    """The rows the model was judged on: place in the table, prediction and probabilities."""
    return pq.read_table(settings.FILES_DIR / model.holdout_key).to_pylist()


def expected(model, row) -> dict:
    """The evaluation's answer to one held-out row, as the API says it."""
    classes = model.output_schema.get("classes")
    if classes is None:
        return {"prediction": row["prediction"]}
    shares = {class_name(label): row[f"p{place}"] for place, label in enumerate(classes)}
    return {"prediction": row["prediction"], "probabilities": shares}


def assert_same(answer, wanted) -> None:
    if "probabilities" in wanted:
        assert answer["prediction"] == wanted["prediction"]
        assert answer["probabilities"] == pytest.approx(wanted["probabilities"], abs=1e-9)
    else:
        assert answer["prediction"] == pytest.approx(wanted["prediction"], rel=1e-9, abs=1e-9)


def as_json(model, row) -> dict:
    """The row's inputs as the dataset's preview shows them to a program."""
    values = rows_of(model.dataset_version, offset=row["row"], limit=1)[0]
    whole = dict(zip((column["name"] for column in model.dataset_version.columns), values, strict=True))
    return {name: whole[name] for name in model.plan["features"]}


def as_written(model, lines, row) -> dict[str, str]:
    """The row's inputs as they stand in the file, typed into the form."""
    line = lines[row["row"]]
    return {f"f{place}": line[name] for place, name in enumerate(model.plan["features"])}


def lines_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def ask_both(api, web, model, lines, rows) -> None:
    address = f"/models/{model.pk}/predict"
    for row in rows:
        wanted = expected(model, row)
        by_api = api.post(f"/api{address}", {"features": as_json(model, row)})
        by_form = web.post(address, as_written(model, lines, row))
        assert (by_api.status_code, by_form.status_code) == (200, 200)
        assert_same(by_api.json(), wanted)
        assert_same(Prediction.objects.exclude(pk=by_api.json()["id"]).latest("created_at").answers[0], wanted)


@pytest.mark.parametrize(("algorithm", "target"), ALGORITHMS)
def test_held_out_rows_of_a_mixed_table(api, web, person, algorithm, target):
    table = factories.flowers(70)
    model = trained(person, factories.a_dataset(person, table), algorithm=algorithm, target=target, train_percentage=85)
    rows = held_out(model)

    ask_both(api, web, model, lines_of(table), rows)

    together = api.post(f"/api/models/{model.pk}/predict", {"instances": [as_json(model, row) for row in rows]})
    for answer, row in zip(together.json()["predictions"], rows, strict=True):
        assert_same(answer, expected(model, row))


@pytest.mark.parametrize("algorithm", ["logistic", "hist_gradient_boosting"])
def test_held_out_rows_of_a_real_table(api, web, person, shared_tables, algorithm):
    content = (shared_tables / "titanic.csv").read_bytes()
    model = trained(person, factories.a_dataset(person, content), algorithm=algorithm, target="Survived")

    ask_both(api, web, model, lines_of(content), held_out(model)[:20])


def test_random_row_of_the_page_gets_the_evaluated_answer(web, person):
    """Values of 17 digits, which a form must write out in full."""
    rows = [[row / 7, (row * 31 % 17) / 3, round(row / 7 + row % 5, 3)] for row in range(60)]
    dataset = factories.a_dataset(person, factories.csv(["a", "b", "c"], rows))
    model = trained(person, dataset, algorithm="linear", target="c")
    wanted = {row["row"]: row["prediction"] for row in held_out(model)}
    places = {rows_of(newest_version(dataset), offset=place, limit=1)[0][0]: place for place in wanted}

    form = web.get(f"/models/{model.pk}/predict", {"row": "random"}).context["form"]
    web.post(f"/models/{model.pk}/predict", {name: form[name].value() for name in form.fields})

    made = Prediction.objects.get()
    place = places[float(made.rows[0]["a"])]
    assert made.answers[0]["prediction"] == pytest.approx(wanted[place], rel=1e-12)
