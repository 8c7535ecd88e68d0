"""Running a training again, and whether it came out the same."""

import pytest

from accounts import credits
from accounts.credits import balance_of
from core.errors import Conflict, Forbidden, InsufficientCredits, NotFound
from core.models import OutboxEvent
from core.templatetags.format import percent
from datasets import services as datasets
from datasets.models import DatasetVersion, VersionStatus
from tests import factories
from training import queries, services
from training.models import Job, ModelVersion
from training.presentation import job_words
from training.reproductions import compared
from training.states import JobState
from workspaces.models import Role


@pytest.fixture
def job(person):
    """A job that has made a model."""
    return factories.a_model(person).job


def run_again(actor, job):
    """The job once more, to its end."""
    again = services.reproduce_training(actor=actor, job=job)
    factories.finish(again, factories.claim(again))
    return Job.objects.get(pk=again.pk)


def differences(job):
    return [(each.kind, each.name, each.before, each.after) for each in queries.reproduction_of(job).differences]


def test_the_same_plan_is_queued_and_charged(person, actor, job):
    again = services.reproduce_training(actor=actor, job=job)

    assert (again.plan, again.dataset_version, again.project, again.name) == (
        job.plan, job.dataset_version, job.project, job.name
    )  # fmt: skip
    assert (again.state, again.reproduces, again.owner) == (JobState.QUEUED, job, person)
    assert (again.credits_charged, balance_of(person), factories.ledger_sum(person)) == (1, 13, 13)
    assert list(OutboxEvent.objects.filter(subject_id=again.pk).values_list("kind", flat=True)) == ["training.queued"]


def test_the_same_plan_comes_out_the_same(actor, job):
    again = run_again(actor, job)

    found = queries.reproduction_of(again)
    assert (found.of, found.same, found.differences) == (job.pk, True, ())
    assert found.scores > 5
    was = percent(job.metrics["accuracy"])
    assert job_words.reproduction_words(again) == {
        "kind": "success",
        "title": "The same again",
        "text": f"Accuracy was {was}, and is {was}; "
        f"all {found.scores} scores are equal to nine decimals, on the same data.",
        "lines": [],
    }


def test_a_score_that_is_another_is_named(actor, job):
    again = run_again(actor, job)
    again.metrics = again.metrics | {"accuracy": again.metrics["accuracy"] - 1e-6}

    assert not queries.reproduction_of(again).same
    before, after = job.model.metrics["accuracy"], again.metrics["accuracy"]
    assert differences(again) == [("score", "accuracy", before, after)]
    assert job_words.reproduction_words(again)["lines"] == [f"Accuracy was {before}, and is {after}."]


def test_what_is_only_rounding_is_the_same(actor, job):
    again = run_again(actor, job)
    again.metrics = again.metrics | {"accuracy": again.metrics["accuracy"] - 1e-12}

    assert queries.reproduction_of(again).same


@pytest.mark.parametrize(("rmse", "same"), [(2.0e-9 + 1e-19, True), (2.1e-9, False)])
def test_errors_of_small_amounts_are_compared_by_their_size(actor, job, rmse, same):
    again = run_again(actor, job)
    job.metrics, again.metrics = ({"rmse": each, "baseline": {"rmse": 3e-9}} for each in (2.0e-9, rmse))

    assert compared(job, again).same is same


def test_other_libraries_are_named_and_no_other_result(actor, job):
    again = run_again(actor, job)
    again.model.facts["libraries"]["scikit-learn"] = "99.0"

    assert queries.reproduction_of(again).same
    before = job.model.facts["libraries"]["scikit-learn"]
    assert differences(again) == [("library", "scikit-learn", before, "99.0")]
    assert job_words.reproduction_words(again)["lines"] == [f"scikit-learn was {before} then, and is 99.0 now."]


def test_one_that_was_ended_early_says_so(actor, job):
    Job.objects.filter(pk=job.pk).update(keep_best=True)

    again = run_again(actor, job)

    assert differences(again) == [("ended_early", "keep_best", True, False)]
    assert job_words.reproduction_words(again)["lines"] == ["The first was ended early, with the best it had by then."]


def test_there_is_no_verdict_before_both_have_a_model(actor, job):
    waiting = services.reproduce_training(actor=actor, job=job)
    ModelVersion.objects.filter(job=job).update(job=None)
    of_nothing = run_again(actor, Job.objects.get(pk=job.pk))

    assert [queries.reproduction_of(each) for each in (job, waiting, of_nothing)] == [None, None, None]


def test_purged_and_deleted_data_cannot_be_learnt_from_again(person, actor, job):
    deleted = factories.a_job(person, factories.a_dataset(person, factories.flowers(70)))
    DatasetVersion.objects.filter(pk=job.dataset_version_id).update(status=VersionStatus.PURGED)
    datasets.delete_dataset(actor=actor, dataset=deleted.dataset_version.dataset)

    codes = []
    for each in (job, deleted):
        with pytest.raises(Conflict) as refused:
            services.reproduce_training(actor=actor, job=Job.objects.get(pk=each.pk))
        codes.append(refused.value.code)

    assert codes == ["dataset_purged", "dataset_deleted"]


def test_without_credits_or_rights_nothing_is_queued(person, stranger, actor, job):
    with pytest.raises(NotFound):
        services.reproduce_training(actor=factories.Actor(stranger), job=job)
    viewer = factories.join(stranger, job.project.workspace, Role.VIEWER)
    with pytest.raises(Forbidden):
        services.reproduce_training(actor=viewer, job=job)
    factories.spend_everything(person)
    with pytest.raises(InsufficientCredits):
        services.reproduce_training(actor=actor, job=job)

    assert not Job.objects.filter(reproduces=job).exists()


def test_the_api_runs_it_again_once_a_key(api, person, job):
    path = f"/api/training/{job.pk}/reproduce"

    first, second = (api.post(path, headers={"Idempotency-Key": "k"}) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert (first.json()["reproduces"], first.json()["reproduction"]) == (str(job.pk), None)
    assert balance_of(person) == 13


def test_the_api_tells_the_verdict(api, actor, job):
    again = run_again(actor, job)

    answer = api.get(f"/api/training/{again.pk}")

    accuracy = job.metrics["accuracy"]
    told = answer.json()["reproduction"]
    assert told.pop("scores") > 5
    assert told == {
        "of": str(job.pk), "same": True, "metric": "accuracy", "before": accuracy, "after": accuracy, "differences": []
    }  # fmt: skip


def test_the_page_runs_it_again_and_shows_the_new_job(web, job):
    answer = web.post(f"/training/{job.pk}/again")

    again = Job.objects.get(reproduces=job)
    assert (answer.status_code, answer["Location"]) == (302, f"/training/{again.pk}")


def test_the_page_of_a_repetition_says_what_it_repeats(web, actor, job):
    again = services.reproduce_training(actor=actor, job=job)

    content = web.get(f"/training/{again.pk}").content.decode()

    assert "This repeats an earlier training" in content
    assert f"Accuracy of the first was {percent(job.metrics['accuracy'])}. Whether every score" in content
    assert f'href="/training/{job.pk}"' in content


def test_a_repetition_that_is_stopped_promises_no_verdict(web, actor, job):
    again = services.reproduce_training(actor=actor, job=job)
    services.stop_training(actor=actor, job=again)

    assert (
        "It ended without a model, so there is nothing to compare." in web.get(f"/training/{again.pk}").content.decode()
    )


def test_pages_of_job_and_model_offer_it_and_tell_the_verdict(web, actor, job):
    offer = web.get(f"/models/{job.model.pk}").content.decode()
    again = run_again(actor, job)
    verdicts = [web.get(path).content.decode() for path in (f"/training/{again.pk}", f"/models/{again.model.pk}")]
    on_the_first = web.get(f"/models/{job.model.pk}").content.decode()

    assert f'action="/training/{job.pk}/again"' in offer
    assert "Run it again · 1 credit" in offer
    for verdict in verdicts:
        assert "The same again" in verdict
        assert f'href="/training/{job.pk}"' in verdict
    assert "The same again, when it was run" in on_the_first
    assert f'href="/training/{again.pk}"' in on_the_first


def test_of_many_differences_the_reasons_come_first_and_some_are_left_out(actor, job):
    again = run_again(actor, job)
    again.metrics = {name: value + 1 for name, value in again.metrics.items() if isinstance(value, float)}
    again.model.facts["libraries"]["scikit-learn"] = "99.0"

    lines = job_words.reproduction_words(again)["lines"]

    assert lines[0].endswith("and is 99.0 now.")
    assert (len(lines), lines[-1]) == (9, f"And {len(differences(again)) - 8} more differences.")


def test_the_page_offers_nothing_once_the_rows_are_gone(web, job):
    DatasetVersion.objects.filter(pk=job.dataset_version_id).update(status=VersionStatus.PURGED)

    assert "Run it again" not in web.get(f"/models/{job.model.pk}").content.decode()


def test_the_page_says_why_it_cannot(web, job):
    DatasetVersion.objects.filter(pk=job.dataset_version_id).update(status=VersionStatus.PURGED)

    answer = web.post(f"/training/{job.pk}/again", follow=True)

    assert "This version was purged" in answer.content.decode()
    assert not Job.objects.filter(reproduces=job).exists()


def the_form(web, job):
    """The fields of the form that offers it, as a page shows them."""
    return {"showing": web.get(f"/models/{job.model.pk}").context["again"]["showing"]}


def test_the_form_sent_twice_runs_it_once(web, person, job):
    form = the_form(web, job)

    first, second = (web.post(f"/training/{job.pk}/again", form) for _ in range(2))

    assert first["Location"] == second["Location"] == f"/training/{Job.objects.get(reproduces=job).pk}"
    assert (balance_of(person), factories.ledger_sum(person)) == (13, 13)
    assert "That was sent twice, and begun once." in web.get(second["Location"]).content.decode()


def test_the_page_shown_anew_runs_it_once_more(web, person, job):
    for _ in range(2):
        web.post(f"/training/{job.pk}/again", the_form(web, job))

    assert (Job.objects.filter(reproduces=job).count(), balance_of(person)) == (2, 12)


def test_a_refused_form_may_be_sent_again(web, person, job):
    form = the_form(web, job)
    factories.spend_everything(person)
    web.post(f"/training/{job.pk}/again", form)
    credits.grant(person, 5, key="more", reference="More")

    web.post(f"/training/{job.pk}/again", form)

    assert Job.objects.filter(reproduces=job).count() == 1
