import io
from uuid import uuid4

import joblib
import pytest
import skops.io
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from ml import artifacts
from tests import factories
from training.models import ModelVersion
from workspaces.models import Role

FIELDS = {
    "id", "project", "name", "version", "status", "source", "framework", "description", "task", "target",
    "algorithm", "params", "asked_params", "steps", "job", "dataset", "dataset_version", "dataset_schema",
    "data_sha256", "input_schema", "output_schema",
    "metrics", "size_bytes", "permission", "created_at",
}  # fmt: skip


@pytest.fixture
def model(person):
    return factories.a_model(person, name="Flowers")


@pytest.fixture
def viewer_api(stranger, stranger_api, model):
    factories.join(stranger, model.project.workspace, Role.VIEWER)
    return stranger_api


def test_model_says_what_it_is(api, model):
    answer = api.get(f"/api/models/{model.pk}")

    assert answer.status_code == 200
    shown = answer.json()
    assert set(shown) == FIELDS
    assert (shown["name"], shown["version"], shown["status"], shown["source"]) == ("Flowers", 1, "active", "trained")
    assert (shown["task"], shown["target"], shown["framework"]) == ("classification", "kind", "scikit-learn")
    assert (shown["job"], shown["dataset_version"], shown["permission"]) == (str(model.job_id), 1, "edit")
    assert [field["name"] for field in shown["input_schema"]] == model.plan["features"]
    assert shown["output_schema"]["classes"] == ["long", "short"]
    assert shown["data_sha256"] == model.dataset_version.sha256


def test_a_tuned_model_says_what_it_was_fitted_with_and_what_was_asked_for(api, model):
    asked = model.plan["params"]
    ModelVersion.objects.filter(pk=model.pk).update(facts=model.facts | {"params": asked | {"C": 0.25}})

    shown = api.get(f"/api/models/{model.pk}").json()

    assert (shown["params"], shown["asked_params"]) == (asked | {"C": 0.25}, asked)


def test_a_model_of_earlier_days_was_fitted_with_what_was_asked_for(api, model):
    ModelVersion.objects.filter(pk=model.pk).update(facts={})

    assert api.get(f"/api/models/{model.pk}").json()["params"] == model.plan["params"]


def test_choices_are_named_where_a_word_is_none(api, model):
    status = api.patch(f"/api/models/{model.pk}", {"status": "magic"}).json()["errors"][0]
    format_ = api.get(f"/api/models/{model.pk}/download", {"format": "exe"}).json()["errors"][0]

    assert status["detail"] == "status must be one of active, deprecated, archived; got 'magic'."
    listed = api.get("/api/models", {"status": "magic"}).json()["errors"][0]

    assert listed["detail"] == status["detail"]
    assert (format_["attr"], format_["detail"][:22]) == ("format", "format must be one of ")
    assert format_["detail"].endswith("; got 'exe'.")


def test_viewer_sees_a_model_but_changes_nothing(viewer_api, model):
    address = f"/api/models/{model.pk}"

    assert viewer_api.get(address).json()["permission"] == "view"
    assert viewer_api.get(f"{address}/metrics").status_code == 200
    assert viewer_api.patch(address, {"description": "Mine"}).status_code == 403
    assert viewer_api.delete(address).status_code == 403
    model.refresh_from_db()
    assert (model.description, model.status) == ("", "active")


def test_patch_changes_description_and_status(api, model):
    answer = api.patch(f"/api/models/{model.pk}", {"description": "Our first.", "status": "deprecated"})

    assert answer.status_code == 200
    assert (answer.json()["description"], answer.json()["status"]) == ("Our first.", "deprecated")


@pytest.mark.parametrize(
    "change", [{"status": "magic"}, {"status": None}, {"description": "x" * 5_001}, {"description": "a\0b"}]
)
def test_patch_refuses_a_value_it_cannot_keep(api, model, change):
    answer = api.patch(f"/api/models/{model.pk}", change)

    assert answer.status_code == 400
    assert [error["attr"] for error in answer.json()["errors"]] == list(change)


def test_patch_ignores_what_never_changes(api, stranger, model):
    before = api.get(f"/api/models/{model.pk}").json()

    answer = api.patch(
        f"/api/models/{model.pk}",
        {
            "id": str(uuid4()),
            "name": "Stolen",
            "version": 9,
            "metrics": {"accuracy": 1},
            "project": str(factories.home_of(stranger).pk),
            "created_by": str(stranger.pk),
            "sha256": "0" * 64,
            "size_bytes": 0,
            "permission": "manage",
            "created_at": "2000-01-01T00:00:00Z",
        },
    )

    assert answer.status_code == 200
    assert api.get(f"/api/models/{model.pk}").json() == before
    sha256 = model.sha256
    model.refresh_from_db()
    assert model.sha256 == sha256


def test_delete_archives(api, model):
    answer = api.delete(f"/api/models/{model.pk}")

    assert answer.status_code == 204
    assert api.get(f"/api/models/{model.pk}").json()["status"] == "archived"
    assert (settings.FILES_DIR / model.file_key).is_file()


def test_put_is_not_offered(api, model):
    assert api.put(f"/api/models/{model.pk}", {}).status_code == 405


def test_metrics_bring_the_evaluation(api, model):
    shown = api.get(f"/api/models/{model.pk}/metrics").json()

    assert set(shown) == {"metrics", "evaluation"}
    assert shown["metrics"] == model.metrics
    assert {"sentence", "confusion"} <= set(shown["evaluation"])


@pytest.mark.parametrize("address", ["/api/models/{model.pk}/download", "/api/training/{model.job_id}/download"])
def test_download_brings_a_file_that_predicts(api, model, address):
    skops_file = api.get(address.format(model=model), {"format": "skops"})
    joblib_file = api.get(address.format(model=model), {"format": "joblib"})

    assert skops_file["Content-Disposition"] == 'attachment; filename="Flowers-v1.skops"'
    assert joblib_file["Content-Disposition"] == 'attachment; filename="Flowers-v1.joblib"'
    from_skops = skops.io.loads(skops_file.getvalue(), trusted=list(artifacts.TRUSTED))
    from_joblib = joblib.load(io.BytesIO(joblib_file.getvalue()))
    assert from_skops.classes_.tolist() == from_joblib.classes_.tolist() == ["long", "short"]


@pytest.mark.parametrize("address", ["/api/models/{model.pk}/download", "/api/training/{model.job_id}/download"])
def test_download_is_for_those_who_accept_only_files(api, model, address):
    answer = api.get(address.format(model=model), HTTP_ACCEPT="application/octet-stream")

    assert answer.status_code == 200


def test_download_leaves_no_scratch_file(api, model):
    api.get(f"/api/models/{model.pk}/download", {"format": "joblib"}).getvalue()

    assert list((settings.FILES_DIR / ".scratch").iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", 'a"b\r\nX-Evil: 1', "東京", "...", "x" * 200])
def test_download_is_named_safely(api, person, name):
    model = factories.a_model(person, name=name)

    answer = api.get(f"/api/models/{model.pk}/download")

    header = answer["Content-Disposition"]
    assert answer.status_code == 200
    assert header.startswith('attachment; filename="')
    assert not set('/\\\r\n"') & set(header.removeprefix('attachment; filename="').removesuffix('"'))
    assert header.endswith('-v1.skops"')


def test_download_in_another_format_is_400(api, model):
    answer = api.get(f"/api/models/{model.pk}/download", {"format": "pickle"})

    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "format")


def test_download_of_a_job_without_a_model_is_409(api, person):
    answer = api.get(f"/api/training/{factories.a_job(person).pk}/download")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "no_model")


@pytest.mark.parametrize("file_format", ["skops", "joblib"])
def test_download_of_a_file_that_is_gone_is_409(api, model, file_format):
    (settings.FILES_DIR / model.file_key).unlink()

    answer = api.get(f"/api/models/{model.pk}/download", {"format": file_format})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "model_failed")


@pytest.mark.parametrize("file_format", ["skops", "joblib"])
def test_download_of_a_damaged_file_is_409(api, model, file_format):
    (settings.FILES_DIR / model.file_key).write_bytes(b"damaged")

    answer = api.get(f"/api/models/{model.pk}/download", {"format": file_format})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "model_failed")


def test_list_filters_searches_and_orders(api, person, model):
    dataset = model.dataset_version.dataset
    weight = factories.a_model(person, dataset, name="Weight", target="weight", algorithm="linear")
    factories.a_model(person, dataset, name="Flowers")
    api.delete(f"/api/models/{weight.pk}")

    def listed(**query):
        answer = api.get("/api/models", query)
        assert answer.status_code == 200
        return [f"{each['name']} {each['version']}" for each in answer.json()["results"]]

    assert listed() == ["Flowers 2", "Weight 1", "Flowers 1"]
    assert listed(status="archived") == ["Weight 1"]
    assert listed(name="Flowers", ordering="version") == ["Flowers 1", "Flowers 2"]
    assert listed(search="linear") == ["Weight 1"]
    assert listed(project=str(dataset.project_id), page_size=1) == ["Flowers 2"]
    assert listed(project=str(uuid4())) == []
    assert listed(ordering="created_by__password") == listed()


def test_list_takes_as_many_queries_for_three_as_for_one(api, person, model):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.get("/api/models").status_code == 200
        return len(captured)

    with_one = queries()
    for _ in range(2):
        factories.a_model(person, model.dataset_version.dataset)

    assert with_one == queries() == 2


def addresses(model: ModelVersion) -> list[tuple[str, str]]:
    return [
        ("get", f"/api/models/{model.pk}"),
        ("patch", f"/api/models/{model.pk}"),
        ("delete", f"/api/models/{model.pk}"),
        ("get", f"/api/models/{model.pk}/metrics"),
        ("get", f"/api/models/{model.pk}/download"),
        ("get", f"/api/training/{model.job_id}/download"),
    ]


def test_strangers_find_no_model(stranger_api, model):
    for method, address in addresses(model):
        answer = getattr(stranger_api, method)(address)
        assert (address, answer.status_code) == (address, 404)
    assert stranger_api.get("/api/models").json()["count"] == 0
    model.refresh_from_db()
    assert model.status == "active"


def test_nobody_is_let_in_without_credentials(model):
    for method, address in [*addresses(model), ("get", "/api/models")]:
        answer = getattr(APIClient(), method)(address)
        assert (address, answer.status_code) == (address, 401)


def test_addresses_work_with_a_trailing_slash(api, model):
    assert api.get("/api/models/").json()["count"] == 1
    assert api.get(f"/api/models/{model.pk}/").status_code == 200
    assert api.get(f"/api/models/{model.pk}/metrics/").status_code == 200
    assert api.get(f"/api/models/{model.pk}/download/").status_code == 200
    assert api.patch(f"/api/models/{model.pk}/", {"description": "Slashed"}).json()["description"] == "Slashed"
    assert api.delete(f"/api/models/{model.pk}/").status_code == 204
