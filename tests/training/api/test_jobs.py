from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.credits import balance_of
from datasets.models import DatasetVersion, VersionStatus
from ml.algorithms.registry import all_algorithms
from tests import factories
from training import journal
from training.api.wishes import WishSerializer
from training.models import Job
from training.states import JobState
from workspaces.models import Role

FIELDS = {
    "id", "project", "name", "dataset", "dataset_version", "dataset_schema", "target", "task", "algorithm", "params",
    "train_percentage", "validation", "group_by", "order_by", "class_weight", "tuning", "metric", "seed",
    "time_budget_s", "left_out", "steps", "state", "stage", "progress", "progress_detail", "metrics", "error", "model",
    "queue", "keep_best", "reproduces", "reproduction", "credits_charged", "credits_refunded", "attempt",
    "created_at", "started_at", "finished_at",
}  # fmt: skip


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


@pytest.fixture
def job(person):
    return factories.a_job(person)


def body(table, **changes):
    wish = {"project": table.project_id, "dataset": table.pk, "target": "kind", "algorithm": "logistic"}
    wish |= {"features": ["length", "width", "colour", "wild", "picked", "weight"]}
    return {name: str(value) if name in ("project", "dataset") else value for name, value in (wish | changes).items()}


def refused(answer):
    """(status, code, attr) of a refusal."""
    error = answer.json()["errors"][0]
    return answer.status_code, error["code"], error["attr"]


def test_algorithms_are_public_and_say_their_parameters(db):
    answer = APIClient().get("/api/algorithms")

    assert answer.status_code == 200
    algorithms = {each["key"]: each for each in answer.json()}
    assert algorithms == {each.key: each.to_json() for each in all_algorithms()}
    told = {"key", "name", "tasks", "params", "description", "takes_class_weights", "keeps_so_far"}
    assert all(set(each) == told for each in algorithms.values())
    assert algorithms["linear"]["tasks"] == ["regression"]
    assert algorithms["knn"]["params"]["properties"]["n_neighbors"] == {
        "type": "integer",
        "title": "Neighbours",
        "description": "How many similar rows are asked; more make smoother answers.",
        "default": 5,
        "minimum": 1,
        "maximum": 1000,
    }
    assert algorithms["knn"]["params"]["additionalProperties"] is False


def test_algorithms_are_public_to_a_caller_with_a_dead_token(db):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Bearer dead")

    assert client.get("/api/algorithms").status_code == 200


def test_start_answers_with_the_queued_job(api, person, dataset):
    answer = api.post("/api/training", body(dataset, params={"C": 0.5}, train_percentage=75, seed=7, name="Flowers"))

    assert answer.status_code == 201
    job = answer.json()
    assert set(job) == FIELDS
    assert job | {"id": "", "created_at": ""} == {
        "id": "",
        "project": str(dataset.project_id),
        "name": "Flowers",
        "dataset": str(dataset.pk),
        "dataset_version": 1,
        "dataset_schema": 1,
        "target": "kind",
        "task": "classification",
        "algorithm": "logistic",
        "params": {"C": 0.5, "max_iter": 1000, "solver": "lbfgs"},
        "train_percentage": 75,
        "validation": "holdout",
        "group_by": None,
        "order_by": None,
        "class_weight": None,
        "tuning": None,
        "metric": "accuracy",
        "seed": 7,
        "time_budget_s": None,
        "left_out": [],
        "steps": [],
        "state": "queued",
        "stage": "",
        "progress": 0.0,
        "progress_detail": {},
        "metrics": {},
        "error": None,
        "model": None,
        "queue": {"place": 1, "estimated_wait_s": None},
        "keep_best": False,
        "reproduces": None,
        "reproduction": None,
        "credits_charged": 1,
        "credits_refunded": 0,
        "attempt": 0,
        "created_at": "",
        "started_at": None,
        "finished_at": None,
    }
    assert job["created_at"].endswith("Z")
    assert balance_of(person) == 14


def test_start_without_credits_is_402_and_leaves_no_trace(api, person, dataset):
    factories.spend_everything(person)

    answer = api.post("/api/training", body(dataset))

    assert refused(answer) == (402, "insufficient_credits", None)
    assert answer.json()["type"] == "client_error"
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("attr", "changes"),
    [
        ("target", {"target": "nothing"}),
        ("target", {"target": None}),
        ("target", {"target": "a\0b"}),
        ("algorithm", {"algorithm": "linear"}),
        ("algorithm", {"algorithm": ""}),
        ("features", {"features": ["nothing"]}),
        ("features.0", {"features": [{}]}),
        ("task", {"task": "clustering"}),
        ("params", {"params": [1]}),
        ("params.C", {"params": {"C": -1}}),
        ("params.C", {"params": {"C": "\0"}}),
        ("params.magic", {"params": {"magic": 1}}),
        ("train_percentage", {"train_percentage": 100}),
        ("train_percentage", {"train_percentage": "most"}),
        ("metric", {"metric": "r2"}),
        ("seed", {"seed": 10**30}),
        ("version", {"version": 0}),
        ("name", {"name": "x" * 201}),
        ("project", {"project": "mine"}),
        ("dataset", {"dataset": ""}),
    ],
)
def test_start_refuses_a_wish_naming_the_field(api, person, dataset, attr, changes):
    answer = api.post("/api/training", body(dataset, **changes))

    assert answer.status_code == 400
    assert answer.json()["type"] == "validation_error"
    assert [error["attr"] for error in answer.json()["errors"]] == [attr]
    assert not Job.objects.exists()
    assert balance_of(person) == 15


def test_start_names_every_missing_field_at_once(api):
    answer = api.post("/api/training", {})

    assert answer.status_code == 400
    assert {error["attr"] for error in answer.json()["errors"]} == {"project", "dataset", "target", "algorithm"}


@pytest.mark.parametrize("number", [2, 10**30])
def test_start_on_a_version_that_is_not_there_is_404(api, dataset, number):
    assert api.post("/api/training", body(dataset, version=number)).status_code == 404


def test_start_on_a_named_version_uses_it(api, dataset):
    assert api.post("/api/training", body(dataset, version=1)).json()["dataset_version"] == 1


@pytest.mark.parametrize(
    ("status", "code"), [(VersionStatus.PROCESSING, "dataset_processing"), (VersionStatus.FAILED, "dataset_failed")]
)
def test_start_on_a_dataset_that_is_not_ready_is_409(api, dataset, status, code):
    DatasetVersion.objects.update(status=status)

    assert refused(api.post("/api/training", body(dataset))) == (409, code, None)


def test_start_on_a_foreign_dataset_or_project_is_404(api, stranger, project, dataset):
    foreign = factories.a_dataset(stranger)

    for project_id, dataset_id in [
        (project.pk, foreign.pk),
        (foreign.project_id, foreign.pk),
        (foreign.project_id, dataset.pk),
        (project.pk, uuid4()),
    ]:
        answer = api.post("/api/training", body(dataset, project=project_id, dataset=dataset_id))
        assert answer.status_code == 404
    assert not Job.objects.exists()


def test_start_and_stop_are_not_for_viewers(stranger, stranger_api, dataset, job):
    factories.join(stranger, dataset.project.workspace, Role.VIEWER)

    assert stranger_api.post("/api/training", body(dataset)).status_code == 403
    assert stranger_api.post(f"/api/training/{job.pk}/stop").status_code == 403
    assert stranger_api.get(f"/api/training/{job.pk}").status_code == 200
    assert balance_of(stranger) == 15


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("metrics", "A training has no 'metrics'. Did you mean metric?"),
        ("parms", "A training has no 'parms'. Did you mean params?"),
        ("owner", "A training has no 'owner'."),
        ("credits_charged", "A training has no 'credits_charged'."),
    ],
)
def test_start_refuses_a_key_it_does_not_know(api, person, dataset, key, said):
    answer = api.post("/api/training", body(dataset, **{key: 0}))

    assert refused(answer) == (400, "invalid", key)
    assert answer.json()["errors"][0]["detail"] == said
    assert not Job.objects.exists()
    assert balance_of(person) == 15


@pytest.mark.parametrize(
    ("attr", "tuning", "words"),
    [
        ("tuning", {"trails": 3}, "A search has no 'trails'. Did you mean trials?"),
        ("tuning", 3, "Tuning must be an object"),
        ("tuning.method", {"method": "luck"}, "must be one of grid, random, bayesian; got 'luck'."),
        ("tuning.trials", {"trials": "3"}, "from 1 to 200"),
        ("tuning.ranges", {"ranges": []}, "Ranges must be an object"),
        ("tuning.ranges.C", {"ranges": {"C": 3}}, "What to try of C must be"),
        ("tuning.ranges.C", {"ranges": {"C": {"low": 1, "high": 2, "lag": True}}}, "has no 'lag'. Did you mean log?"),
    ],
)
def test_start_refuses_a_search_naming_the_part(api, person, dataset, attr, tuning, words):
    answer = api.post("/api/training", body(dataset, tuning=tuning))

    assert refused(answer) == (400, "invalid", attr)
    assert words in answer.json()["errors"][0]["detail"]
    assert balance_of(person) == 15


def test_a_usual_grid_needs_no_trials(api, dataset):
    answer = api.post("/api/training", body(dataset, algorithm="xgboost", tuning={"method": "grid"}))

    assert answer.status_code == 201
    assert answer.json()["tuning"]["trials"] > 30


def test_start_takes_null_for_whatever_may_be_left_out(api, dataset):
    asked_for = {"project", "dataset", "target", "algorithm", "features"}
    optional = [name for name in WishSerializer().fields if name not in asked_for]

    plain = api.post("/api/training", body(dataset)).json()
    nulls = api.post("/api/training", body(dataset) | dict.fromkeys(optional))

    assert nulls.status_code == 201
    own = {"id": "", "created_at": "", "queue": None}
    assert nulls.json() | own == plain | own


@pytest.mark.parametrize("wish", [{"algorithm": "random_forest"}, {"validation": {"cv": 3}}, {"tuning": {"trials": 2}}])
def test_a_time_budget_is_for_what_can_end_with_the_best_so_far(api, dataset, wish):
    answer = api.post("/api/training", body(dataset, time_budget_s=60, **wish))

    assert (answer.status_code, answer.json()["time_budget_s"]) == (201, 60)


def test_a_time_budget_that_cannot_be_kept_is_refused(api, dataset):
    answer = api.post("/api/training", body(dataset, time_budget_s=60))

    assert refused(answer) == (400, "invalid", "time_budget_s")
    assert "leaves no model before its end" in answer.json()["errors"][0]["detail"]
    assert refused(api.post("/api/training", body(dataset, time_budget_s=0)))[2] == "time_budget_s"


def test_a_task_that_is_none_is_refused_naming_those_there_are(api, dataset):
    answer = api.post("/api/training", body(dataset, task="clustering"))

    assert refused(answer) == (400, "invalid_choice", "task")
    detail = answer.json()["errors"][0]["detail"]
    assert detail == "task must be one of auto, regression, classification; got 'clustering'."


def test_an_empty_column_alone_is_refused_before_it_costs(api, person):
    lines = [["kind", "nothing"], *([["long", "short"][row % 2], ""] for row in range(20))]
    table = factories.a_dataset(person, "\n".join(map(",".join, lines)).encode())

    answer = api.post("/api/training", body(table, features=["nothing"]))

    assert refused(answer) == (400, "invalid", "features")
    assert answer.json()["errors"][0]["detail"] == "nothing is empty; choose a column with values to learn from."
    assert balance_of(person) == 15


def test_a_job_says_what_was_given_back(api, person, dataset):
    kept, stopped = (factories.a_job(person, dataset) for _ in range(2))

    answer = api.post(f"/api/training/{stopped.pk}/stop").json()
    listed = {job["id"]: job["credits_refunded"] for job in api.get("/api/training/jobs").json()["results"]}

    assert (answer["credits_charged"], answer["credits_refunded"]) == (1, 1)
    assert listed == {str(kept.pk): 0, str(stopped.pk): 1}


def test_without_credits_nothing_is_said_of_them(api, job, settings):
    settings.CREDITS_ENABLED = False

    assert FIELDS - set(api.get(f"/api/training/{job.pk}").json()) == {"credits_charged", "credits_refunded"}


def test_job_is_found_by_address_and_by_query(api, job):
    by_address = api.get(f"/api/training/{job.pk}")
    by_query = api.get("/api/training/status", {"job_id": str(job.pk)})

    assert (by_address.status_code, by_query.status_code) == (200, 200)
    assert by_address.json() == by_query.json()
    assert set(by_address.json()) == FIELDS


def test_status_without_a_sane_id_is_400(api):
    assert refused(api.get("/api/training/status")) == (400, "required", "job_id")
    assert refused(api.get("/api/training/status", {"job_id": "1"})) == (400, "invalid", "job_id")


def test_finished_job_names_its_model_and_scores(api, person):
    model = factories.a_model(person)

    job = api.get(f"/api/training/{model.job_id}").json()

    assert (job["state"], job["progress"], job["model"]) == ("succeeded", 1.0, str(model.pk))
    assert job["metrics"]["accuracy"] == model.metrics["accuracy"]


def test_stop_answers_202_then_409(api, job):
    first, second = (api.post(f"/api/training/{job.pk}/stop") for _ in range(2))

    assert (first.status_code, first.json()["state"]) == (202, "cancelled")
    assert refused(second) == (409, "job_ended", None)


def test_events_come_in_order_after_a_number(api, job):
    journal.append(job.pk, [("log", {"message": word}) for word in "abc"])

    events = api.get(f"/api/training/{job.pk}/events").json()
    later = api.get(f"/api/training/{job.pk}/events", {"after": 2}).json()

    assert [set(event) for event in events] == [{"seq", "kind", "payload", "created_at"}] * 3
    assert [(event["seq"], event["payload"]["message"]) for event in events] == [(1, "a"), (2, "b"), (3, "c")]
    assert later == events[2:]


@pytest.mark.parametrize("after", ["-1", "x", "1e3", str(10**30)])
def test_events_after_nonsense_is_400(api, job, after):
    assert api.get(f"/api/training/{job.pk}/events", {"after": after}).status_code == 400


def test_events_are_never_cut_off(api, job):
    journal.append(job.pk, [("log", {"message": str(number)}) for number in range(300)])

    assert len(api.get(f"/api/training/{job.pk}/events").json()) == 300


def test_list_filters_searches_and_orders(api, person, dataset):
    names = ["Apple", "Pear", "Apple pie"]
    _, pear, _ = (factories.a_job(person, dataset, name=name) for name in names)
    Job.objects.filter(pk=pear.pk).update(state=JobState.FAILED)

    def listed(**query):
        answer = api.get("/api/training/jobs", query)
        assert answer.status_code == 200
        return [job["name"] for job in answer.json()["results"]]

    assert listed() == ["Apple pie", "Pear", "Apple"]
    assert listed(state="failed") == ["Pear"]
    assert listed(search="apple", ordering="created_at") == ["Apple", "Apple pie"]
    assert listed(ordering="-name") == ["Pear", "Apple pie", "Apple"]
    assert listed(project=str(dataset.project_id)) == ["Apple pie", "Pear", "Apple"]
    assert listed(project=str(uuid4())) == []
    assert listed(ordering="owner__password") == ["Apple pie", "Pear", "Apple"]


@pytest.mark.parametrize("query", [{"state": "magic"}, {"project": "mine"}])
def test_list_refuses_a_filter_it_does_not_know(api, query):
    assert api.get("/api/training/jobs", query).status_code == 400


def test_list_is_paged(api, person, dataset):
    for _ in range(3):
        factories.a_job(person, dataset)

    first = api.get("/api/training/jobs", {"page_size": 2}).json()
    second = api.get(first["next"]).json()

    assert (first["count"], len(first["results"]), first["previous"]) == (3, 2, None)
    assert (len(second["results"]), second["next"]) == (1, None)
    assert api.get("/api/training/jobs", {"page": 9}).status_code == 404
    assert len(api.get("/api/training/jobs", {"page_size": 10**9}).json()["results"]) == 3


def test_list_of_training_is_the_list_of_jobs(api, job):
    assert api.get("/api/training").json() == api.get("/api/training/jobs").json()


def test_list_takes_as_many_queries_for_three_as_for_one(api, person, dataset):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert api.get("/api/training/jobs").status_code == 200
        return len(captured)

    def stopped() -> None:
        assert api.post(f"/api/training/{factories.a_job(person, dataset).pk}/stop").status_code == 202

    factories.a_job(person, dataset)
    with_one = queries()
    factories.a_model(person, dataset)
    factories.a_job(person, dataset)

    assert with_one == queries() == 5

    stopped()
    with_a_refund = queries()
    stopped()

    assert with_a_refund == queries() == 6


def addresses(job):
    return [
        ("get", f"/api/training/{job.pk}"),
        ("get", f"/api/training/status?job_id={job.pk}"),
        ("post", f"/api/training/{job.pk}/stop"),
        ("get", f"/api/training/{job.pk}/events"),
        ("get", f"/api/training/{job.pk}/download"),
    ]


def test_strangers_find_no_job(stranger_api, job):
    for method, address in addresses(job):
        answer = getattr(stranger_api, method)(address)
        assert (address, *refused(answer)[:2]) == (address, 404, "not_found")
    assert stranger_api.get("/api/training/jobs").json()["count"] == 0
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_nobody_is_let_in_without_credentials(job):
    for method, address in [*addresses(job), ("get", "/api/training/jobs"), ("post", "/api/training")]:
        answer = getattr(APIClient(), method)(address)
        assert (address, answer.status_code) == (address, 401)


def test_addresses_work_with_a_trailing_slash(api, person, dataset):
    job = api.post("/api/training/", body(dataset))

    assert job.status_code == 201
    assert api.get("/api/training/jobs/").json()["count"] == 1
    assert api.get("/api/algorithms/").status_code == 200
    assert api.get(f"/api/training/{job.json()['id']}/").status_code == 200
    assert api.get(f"/api/training/{job.json()['id']}/events/").json() == []
    assert api.get(f"/api/training/status/?job_id={job.json()['id']}").status_code == 200
    assert api.post(f"/api/training/{job.json()['id']}/stop/").status_code == 202
