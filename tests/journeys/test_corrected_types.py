"""A corrected type is what a model learns from then on, what its form asks for, and nothing to the models before."""

import pytest

from core.actor import Actor
from datasets import queries, versions
from datasets.models import DatasetVersion
from ml.schema import Dtype
from predictions.models import Prediction
from tests import factories
from training import worker
from training.models import ModelVersion

pytestmark = pytest.mark.django_db

# `code` is read as running numbers, which are an id, `grade` as whole numbers and `seen` as dates.
ROWS = [
    [1000 + row, row % 3, f"{row % 27 + 1}.{row % 12 + 1}.2024", "long" if row % 3 else "short"] for row in range(60)
]
TABLE = factories.csv(["code", "grade", "seen", "kind"], ROWS)


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person, TABLE, "grades.csv")


def correct(person, dataset, **changes):
    version = queries.version(dataset, 1)
    types = {name: Dtype(dtype) for name, dtype in changes.items()}
    versions.correct_types(actor=Actor(person), version=version, changes=types)


def trained(person, dataset, **wish) -> ModelVersion:
    job = factories.a_job(person, dataset, **wish)
    worker.run(job.pk)
    return ModelVersion.objects.get(job=job)


def dtypes(model) -> dict[str, str]:
    return {field.name: str(field.dtype) for field in model.fields}


@pytest.mark.parametrize(
    ("before", "after", "asked", "value"),
    [
        ({"code": "id"}, {"code": "category"}, '<option value="1007">', "1007"),
        ({"grade": "integer"}, {"grade": "category"}, '<option value="2">', "2"),
        ({"seen": "category"}, {"seen": "datetime"}, 'placeholder="YYYY-MM-DD"', "2024-05-03"),
        ({"seen": "datetime"}, {"seen": "text"}, "<textarea", "3.5.2024"),
    ],
)
def test_the_prediction_follows_the_corrected_type(web, api, person, dataset, before, after, asked, value):
    (name,) = before
    correct(person, dataset, **before)
    first = trained(person, dataset, features=[name], name="Before")
    correct(person, dataset, **after)

    second = trained(person, dataset, features=[name], name="After")

    assert (dtypes(first), dtypes(second)) == (before, after)
    assert asked in web.get(f"/models/{second.pk}/predict").content.decode()
    answer = api.post(f"/api/models/{second.pk}/predict", {"features": {name: value}}, format="json").json()
    assert answer["prediction"] in ("long", "short")
    filled = web.post(f"/models/{second.pk}/predict", {"f0": value})
    assert filled.status_code == 200


def test_a_model_keeps_and_tells_the_types_it_saw(api, person, dataset):
    first = trained(person, dataset, features=["grade"])
    correct(person, dataset, grade="category")
    second = trained(person, dataset, features=["grade"])

    shown = [api.get(f"/api/models/{model.pk}").json() for model in (first, second)]

    assert [(each["dataset_version"], each["dataset_schema"]) for each in shown] == [(1, 1), (1, 2)]
    assert [each["input_schema"][0]["dtype"] for each in shown] == ["integer", "category"]
    assert len({each["data_sha256"] for each in shown}) == 1


def test_a_job_queued_before_a_correction_learns_what_it_was_asked(person, dataset):
    job = factories.a_job(person, dataset, features=["grade"])
    correct(person, dataset, grade="category")

    worker.run(job.pk)

    model = ModelVersion.objects.get(job=job)
    assert (dtypes(model), model.plan["schema_number"]) == ({"grade": "integer"}, 1)
    assert DatasetVersion.objects.get().schema_number == 2


# One word among the numbers, and a person has to say what they are.
AMOUNTS = factories.csv(
    ["day", "paid", "weight", "kind"],
    [
        *(
            [
                20240101 + row % 28,
                f'"{row % 9 + 1},{row * 37 % 1000:03d}.5"',
                f"{row % 7 + 1}.{row * 53 % 1000:03d}",
                kind,
            ]
            for row, kind in enumerate(["long", "short"] * 30)
        ),
        [20240105, "unknown", '"4.212,25"', "long"],
    ],
)


def test_a_value_as_the_file_has_it_gets_the_answer_of_its_canonical_form(web, api, person, settings):
    settings.CREDITS_PER_PREDICTION = 0
    dataset = factories.a_dataset(person, AMOUNTS, "amounts.csv")
    correct(person, dataset, day="datetime", paid="number", weight="number")
    model = trained(person, dataset, features=["day", "paid", "weight"], algorithm="knn")

    as_written = {"day": 20240105, "paid": "3,148.5", "weight": "4.212,25"}
    canonical = {"day": "2024-01-05", "paid": 3148.5, "weight": 4212.25}
    in_text = {"day": "20240105", "paid": "3148.5", "weight": "4212,25"}
    answers = [
        api.post(f"/api/models/{model.pk}/predict", {"features": features}, format="json").json()
        for features in (as_written, canonical, in_text)
    ]
    by_form = web.post(
        f"/models/{model.pk}/predict", {f"f{place}": value for place, value in enumerate(as_written.values())}
    )

    assert {str(answer["probabilities"]) for answer in answers} == {str(answers[0]["probabilities"])}
    assert [answer["warnings"] for answer in answers] == [[]] * 3
    assert by_form.status_code == 200
    made = Prediction.objects.latest("created_at")
    assert made.answers[0]["probabilities"] == answers[0]["probabilities"]


def test_a_random_row_in_the_form_keeps_its_numbers(web, person):
    dataset = factories.a_dataset(person, AMOUNTS, "amounts.csv")
    correct(person, dataset, weight="number")
    model = trained(person, dataset, features=["weight"], algorithm="knn")

    form = web.get(f"/models/{model.pk}/predict", {"row": "random"}).context["form"]
    web.post(f"/models/{model.pk}/predict", {"f0": form["f0"].value()})

    shown = model.fields[0]
    assert (shown.written, form.fields["f0"].help_text) == ("comma", "1000 to 7802")
    weights = {(row % 7 + 1) * 1000 + row * 53 % 1000 for row in range(60)} | {4212.25}
    assert float(str(Prediction.objects.get().rows[0]["weight"]).replace(",", ".")) in weights


# Nobody has to correct these: the file itself tells what they are.
SALES = factories.csv(
    ["paid", "month", "kind"],
    [
        [f'"R$ {row % 9 + 1}.{row * 37 % 1000:03d},50"', f"{row % 12 + 1:02d}/20{row % 9 + 10}", kind]
        for row, kind in enumerate(["long", "short"] * 30)
    ],
)


def test_money_and_months_are_read_as_the_file_has_them(api, person, settings):
    settings.CREDITS_PER_PREDICTION = 0
    dataset = factories.a_dataset(person, SALES, "sales.csv")
    model = trained(person, dataset, features=["paid", "month"], algorithm="knn")

    as_written = {"paid": "R$ 3.148,50", "month": "03/2014"}
    canonical = {"paid": 3148.5, "month": "2014-03-01"}
    answers = [
        api.post(f"/api/models/{model.pk}/predict", {"features": features}, format="json").json()
        for features in (as_written, canonical)
    ]

    assert dtypes(model) == {"paid": "number", "month": "datetime"}
    assert answers[0]["probabilities"] == answers[1]["probabilities"]
    assert [answer["warnings"] for answer in answers] == [[]] * 2
