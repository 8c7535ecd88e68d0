from functools import partial

import pytest

from accounts.credits import balance_of
from core.actor import Actor
from core.errors import Conflict, Forbidden, InsufficientCredits, InvalidInput, NotFound
from core.models import OutboxEvent
from datasets.models import DatasetVersion, VersionStatus
from datasets.queries import newest_version
from ml.tuning.wishes import Range, Tuning
from ml.validation import Validation
from tests import factories
from tests.factories import at_once
from training import services
from training.models import Job, JobEvent, ModelStatus
from training.states import JobState
from workspaces.models import Role


@pytest.fixture
def version(person):
    return newest_version(factories.a_dataset(person))


@pytest.fixture
def odd_version(person):
    """A table with a constant, an id-like and a many-valued column beside sound ones."""
    rows = [
        [f"code-{row}", "same", ["red", "white", "blue"][row % 3], ["yes", "no"][row % 2], row % 25, row / 7]
        for row in range(60)
    ]
    header = ["code", "constant", "colour", "wild", "grade", "weight"]
    return newest_version(factories.a_dataset(person, factories.csv(header, rows)))


def kinds_of_events(row: Job) -> list[str]:
    return list(OutboxEvent.objects.filter(subject_id=row.pk).values_list("kind", flat=True))


def test_start_training_queues_charges_and_tells(person, actor, version, doorbell, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = services.start_training(actor=actor, version=version, wish=factories.a_wish())

    job.refresh_from_db()
    assert (job.state, job.owner, job.project) == (JobState.QUEUED, person, version.dataset.project)
    assert (job.credits_charged, balance_of(person), factories.ledger_sum(person)) == (1, 14, 14)
    assert kinds_of_events(job) == ["training.queued"]
    assert doorbell == [("training.tasks.run_training", job.pk)]


def test_start_training_completes_the_plan(actor, version):
    job = services.start_training(actor=actor, version=version, wish=factories.a_wish())

    plan = job.fit_plan
    assert (plan.target.name, plan.task, plan.train_percentage, plan.seed) == ("kind", "classification", 80, 42)
    assert [each.name for each in plan.features] == ["length", "width", "colour", "wild", "picked", "weight"]
    assert plan.params == {"C": 1.0, "max_iter": 1000, "solver": "lbfgs"}


def test_start_training_leaves_out_what_gives_the_target_away_and_says_so(actor, version):
    job = services.start_training(actor=actor, version=version, wish=factories.a_wish(features=None))

    assert [each.name for each in job.fit_plan.features] == ["width", "colour", "wild", "picked", "weight"]
    (said,) = job.fit_plan.left_out
    assert said.startswith("length alone predicts kind almost perfectly (Gini 1.000)")


def test_start_training_takes_a_column_that_a_step_asks_for(actor, version):
    step = {"kind": "scale", "columns": ["length"], "params": {}}

    job = services.start_training(actor=actor, version=version, wish=factories.a_wish(features=None, steps=[step]))

    assert "length" in [each.name for each in job.fit_plan.features]


def test_start_training_keeps_all_that_a_wish_asks_for(actor, version):
    wish = factories.a_wish(
        features=None,
        exclude=["width"],
        validation={"cv": 3, "repeats": 2},
        group_by="colour",
        class_weight="balanced",
        tuning={"method": "random", "trials": 4},
    )

    plan = services.start_training(actor=actor, version=version, wish=wish).fit_plan

    assert plan.validation == Validation(folds=3, repeats=2, group_by="colour")
    assert plan.class_weight == "balanced"
    assert plan.tuning == Tuning(method="random", trials=4, folds=3, ranges={"C": Range(low=0.001, high=100, log=True)})
    assert [each.name for each in plan.features] == ["wild", "picked", "weight"]


def test_start_training_counts_the_rows_of_the_rarest_class(person, actor):
    rows = [["once" if row == 0 else ["yes", "no"][row % 2], row % 7] for row in range(60)]
    version = newest_version(factories.a_dataset(person, factories.csv(["answer", "grade"], rows)))
    wish = factories.a_wish(target="answer", validation={"cv": 5})

    with pytest.raises(InvalidInput) as refusal:
        services.start_training(actor=actor, version=version, wish=wish)

    assert refusal.value.attr == "validation.cv"
    assert refusal.value.detail.startswith("5 folds are too many: the rarest class has 1 row")
    assert balance_of(person) == 15


def test_start_training_uses_what_gives_the_target_away_when_nothing_else_is_left(person, actor):
    table = factories.csv(["a", "b"], [[row % 5, "xyzvw"[row % 5]] for row in range(60)])
    version = newest_version(factories.a_dataset(person, table))

    job = services.start_training(actor=actor, version=version, wish=factories.a_wish(target="b"))

    assert [each.name for each in job.fit_plan.features] == ["a"]
    assert not job.events.exists()


@pytest.mark.parametrize(("name", "kept"), [("", "kind by logistic"), ("  My model ", "My model")])
def test_start_training_names_the_job(actor, version, name, kept):
    assert services.start_training(actor=actor, version=version, wish=factories.a_wish(name=name)).name == kept


def test_start_training_without_credits_leaves_no_trace(person, actor, version, doorbell):
    factories.spend_everything(person)

    with pytest.raises(InsufficientCredits):
        services.start_training(actor=actor, version=version, wish=factories.a_wish())

    assert list(Job.objects.all()) == []
    assert list(OutboxEvent.objects.filter(kind="training.queued")) == []
    assert (balance_of(person), factories.ledger_sum(person)) == (0, 0)
    assert doorbell == []


def test_start_training_is_free_where_credits_are_off(person, actor, version, settings):
    settings.CREDITS_ENABLED = False
    factories.spend_everything(person)

    job = services.start_training(actor=actor, version=version, wish=factories.a_wish())

    assert (job.credits_charged, factories.ledger_sum(person)) == (0, 0)


@pytest.mark.parametrize(
    ("attr", "wish"),
    [
        ("target", {"target": "nothing"}),
        ("target", {"target": ""}),
        ("target", {"target": "constant"}),
        ("target", {"target": "code"}),
        ("features", {"features": ["nothing"]}),
        ("features", {"features": []}),
        ("features", {"features": ["colour", "wild"]}),
        ("features", {"features": ["colour", "colour"]}),
        ("task", {"task": "regression"}),
        ("algorithm", {"algorithm": "linear"}),
        ("algorithm", {"algorithm": "magic"}),
        ("algorithm", {"target": "weight"}),
        ("params.C", {"params": {"C": 0}}),
        ("params.C", {"params": {"C": "much"}}),
        ("params.C", {"params": {"C": float("nan")}}),
        ("params.max_iter", {"params": {"max_iter": 1.5}}),
        ("params.solver", {"params": {"solver": "magic"}}),
        ("params.solver", {"target": "colour", "params": {"solver": "liblinear"}}),
        ("params.depth", {"params": {"depth": 3}}),
        ("params.n_neighbors", {"algorithm": "knn", "params": {"n_neighbors": 49}}),
        ("train_percentage", {"train_percentage": 9}),
        ("train_percentage", {"train_percentage": 96}),
        ("metric", {"metric": "r2"}),
        ("metric", {"metric": "magic"}),
        ("metric", {"target": "colour", "metric": "brier"}),
        ("validation", {"validation": "none"}),
        ("validation.cv", {"validation": {"cv": 1}}),
        ("validation.repeats", {"validation": {"cv": 2, "repeats": 0}}),
        ("group_by", {"group_by": "nothing"}),
        ("order_by", {"order_by": "colour"}),
        ("class_weight", {"class_weight": "heavy"}),
        ("exclude", {"exclude": ["nothing"]}),
        ("tuning.method", {"tuning": {"method": "magic"}}),
        ("tuning.ranges.C", {"tuning": {"ranges": {"C": {"low": 0, "high": 1}}}}),
        ("seed", {"seed": -1}),
        ("seed", {"seed": 2**32}),
    ],
)
def test_start_training_refuses_a_wish_naming_the_field(person, actor, odd_version, attr, wish):
    with pytest.raises(InvalidInput) as refusal:
        services.start_training(actor=actor, version=odd_version, wish=factories.a_wish(**{"target": "wild"} | wish))

    assert refusal.value.attr == attr
    assert list(Job.objects.all()) == []
    assert balance_of(person) == 15


def test_start_training_takes_the_sound_columns_of_an_odd_table(actor, odd_version):
    job = services.start_training(actor=actor, version=odd_version, wish=factories.a_wish(target="wild"))

    assert job.plan["features"] == ["colour", "grade", "weight"]


@pytest.mark.parametrize(
    ("status", "code"), [(VersionStatus.PROCESSING, "dataset_processing"), (VersionStatus.FAILED, "dataset_failed")]
)
def test_start_training_waits_for_the_dataset(actor, version, status, code):
    version.status = status

    with pytest.raises(Conflict) as conflict:
        services.start_training(actor=actor, version=version, wish=factories.a_wish())

    assert conflict.value.code == code


def test_start_training_on_a_foreign_dataset_finds_nothing(stranger, version):
    with pytest.raises(NotFound):
        services.start_training(actor=Actor(stranger), version=version, wish=factories.a_wish())


@pytest.mark.parametrize(("role", "may"), [(Role.VIEWER, False), (Role.EDITOR, True), (Role.ADMIN, True)])
def test_start_training_is_for_editors(stranger, version, role, may):
    member = factories.join(stranger, version.dataset.project.workspace, role)

    if may:
        services.start_training(actor=member, version=version, wish=factories.a_wish())
    else:
        with pytest.raises(Forbidden):
            services.start_training(actor=member, version=version, wish=factories.a_wish())

    assert Job.objects.count() == (1 if may else 0)
    assert balance_of(stranger) == (14 if may else 15)


def test_stop_of_a_queued_job_refunds_it(person, actor):
    job = factories.a_job(person)

    services.stop_training(actor=actor, job=job)

    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert job.finished_at is not None
    assert (balance_of(person), factories.ledger_sum(person)) == (15, 15)
    assert kinds_of_events(job) == ["training.queued", "training.cancelled"]


def test_stop_refunds_whoever_paid(person, stranger):
    job = factories.a_job(person)
    member = factories.join(stranger, job.project.workspace, Role.EDITOR)

    services.stop_training(actor=member, job=job)

    assert (balance_of(person), balance_of(stranger)) == (15, 15)


def test_stop_of_a_running_job_refunds_nothing(person, actor):
    job = factories.a_job(person)
    factories.claim(job)

    services.stop_training(actor=actor, job=job)

    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert balance_of(person) == 14


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED])
def test_stop_of_an_ended_job_is_a_conflict(person, actor, state):
    job = factories.a_job(person)
    Job.objects.filter(pk=job.pk).update(state=state)

    with pytest.raises(Conflict) as conflict:
        services.stop_training(actor=actor, job=job)

    assert conflict.value.code == "job_ended"
    assert balance_of(person) == 14
    assert kinds_of_events(job) == ["training.queued"]


def test_stop_is_not_for_viewers_nor_strangers(person, stranger):
    job = factories.a_job(person)

    with pytest.raises(NotFound):
        services.stop_training(actor=Actor(stranger), job=job)
    viewer = factories.join(stranger, job.project.workspace, Role.VIEWER)
    with pytest.raises(Forbidden):
        services.stop_training(actor=viewer, job=job)

    job.refresh_from_db()
    assert job.state == JobState.QUEUED


@pytest.mark.django_db(transaction=True)
def test_stops_at_once_refund_once(doorbell):
    person = factories.a_person()
    job = factories.a_job(person)

    answers = at_once(*[partial(services.stop_training, actor=Actor(person), job=job)] * 4)

    assert [answer for answer in answers if not isinstance(answer, Conflict)] == [None]
    assert (balance_of(person), factories.ledger_sum(person)) == (15, 15)
    assert JobEvent.objects.filter(job=job, kind="state").count() == 1


@pytest.mark.django_db(transaction=True)
def test_stop_and_claim_at_once_refund_only_what_had_not_begun(doorbell):
    person = factories.a_person()
    job = factories.a_job(person)

    at_once(partial(services.stop_training, actor=Actor(person), job=job), partial(_claimed, job))

    states = [event.payload["state"] for event in job.events.filter(kind="state")]
    assert (states, balance_of(person)) in [(["cancelled"], 15), (["running", "cancelled"], 14)]


def _claimed(job: Job) -> None:
    factories.claim(job)


@pytest.mark.django_db(transaction=True)
def test_starts_at_once_never_spend_more_than_there_is(doorbell):
    person = factories.a_person()
    version = newest_version(factories.a_dataset(person))
    factories.spend_everything(person)
    factories.give(person, 3)

    start = partial(services.start_training, actor=Actor(person), version=version, wish=factories.a_wish())
    answers = at_once(*[start] * 6)

    assert sorted(type(answer).__name__ for answer in answers) == ["InsufficientCredits"] * 3 + ["Job"] * 3
    assert (Job.objects.count(), balance_of(person), factories.ledger_sum(person)) == (3, 0, 0)


def test_update_model_changes_words_and_status(person, actor):
    model = factories.a_model(person)

    services.update_model(actor=actor, model=model, description="Our first.", status=ModelStatus.DEPRECATED)

    model.refresh_from_db()
    assert (model.description, model.status) == ("Our first.", "deprecated")
    told = OutboxEvent.objects.get(kind="model.updated", subject_id=model.pk)
    assert told.payload == {"fields": ["description", "status"]}


def test_archive_keeps_the_files(person, actor, settings):
    model = factories.a_model(person)

    services.archive_model(actor=actor, model=model)

    model.refresh_from_db()
    assert model.is_archived
    assert (settings.FILES_DIR / model.file_key).is_file()


def test_a_dataset_that_a_model_rests_on_stays(person, actor):
    from datasets import services as datasets  # noqa: PLC0415 -- two rooms called services

    model = factories.a_model(person)

    with pytest.raises(Conflict):
        datasets.delete_dataset(actor=actor, dataset=model.dataset_version.dataset)

    assert DatasetVersion.objects.filter(pk=model.dataset_version_id).exists()
