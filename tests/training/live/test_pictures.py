import pytest

from tests import factories
from training import journal
from training.live import pictures


@pytest.fixture
def job(person):
    return factories.a_job(person)


def trial(number, score, **params):
    return ("trial", {"number": number, "score": score, "params": params, "interval": None})


def test_a_job_that_measures_nothing_has_no_pictures(job):
    journal.append(job.pk, [("metric", {"accuracy": 0.9}), ("log", {"message": "a"})])

    assert (pictures.curve(job), pictures.board(job)) == (None, None)


def test_what_is_measured_by_epoch_is_a_line_each(job):
    measured = [{"step": step, "unit": "epoch", "loss": 1 / step, "accuracy": 0.5} for step in (1, 2)]
    journal.append(job.pk, [("metric", each) for each in measured])

    curve = pictures.curve(job)

    assert curve["title"] == "Measured after each epoch"
    assert "Loss: 1 at epoch 1, 0.5 at epoch 2." in curve["drawing"]
    assert "Accuracy: 0.5 at epoch 1" in curve["drawing"]


def test_a_search_is_the_best_so_far_and_a_board(job):
    journal.append(job.pk, [trial(1, 0.7, C=1, solver="lbfgs"), trial(2, 0.6, C=5, solver="lbfgs"), trial(3, 0.9, C=9)])

    board = pictures.board(job)

    assert pictures.curve(job)["title"] == "Best Accuracy so far"
    assert [(row["number"], row["score_text"], row["is_best"]) for row in board["rows"]] == [
        (3, "90%", True),
        (1, "70%", False),
        (2, "60%", False),
    ]
    assert board["count_words"] == "3 candidates"


def test_a_board_shows_what_differs_only(job):
    journal.append(job.pk, [trial(1, 0.7, C=1, solver="lbfgs"), trial(2, 0.6, C=None, solver="lbfgs")])

    shown = [[param["value"] for param in row["params"]] for row in pictures.board(job)["rows"]]

    assert shown == [["1"], ["no limit"]]


def test_pages_show_them_while_a_job_goes_on(web, job):
    factories.claim(job)
    journal.append(job.pk, [trial(1, 0.7, C=1)])

    page = web.get(f"/training/{job.pk}").content.decode()

    assert "Best Accuracy so far" in page
    assert "1 candidate<" in page
