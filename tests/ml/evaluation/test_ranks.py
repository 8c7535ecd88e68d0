import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from ml.evaluation.ranks import Ranking, areas


@pytest.fixture
def ranked():
    """Scores with ties, the cases among them, and a weight of 0, 1 or 2 for each row."""
    random = np.random.default_rng(1)
    return random.random(300).round(2), random.random(300) < 0.3, random.integers(0, 3, 300).astype(float)


def test_areas_equal_those_of_scikit_learn_under_weights(ranked):
    score, happened, weights = ranked
    ranking = Ranking.by(score, happened)

    roc, pr = areas(*(each @ weights[:, None] for each in ranking.matrices()))

    assert roc[0] == pytest.approx(roc_auc_score(happened, score, sample_weight=weights), abs=1e-12)
    assert pr[0] == pytest.approx(average_precision_score(happened, score, sample_weight=weights), abs=1e-12)


def test_gradients_are_how_areas_change_with_the_weight_of_a_row(ranked):
    score, happened, _ = ranked
    ranking = Ranking.by(score, happened)
    step = 1e-6
    nudged = 1 + step * np.eye(300)

    roc, pr, of_roc, of_pr = ranking.gradients()

    found_roc, found_pr = areas(*(each @ nudged for each in ranking.matrices()))
    assert (found_roc - roc) / step == pytest.approx(of_roc, abs=1e-6)
    assert (found_pr - pr) / step == pytest.approx(of_pr, abs=1e-6)
    assert [of_roc.sum(), of_pr.sum()] == pytest.approx([0, 0], abs=1e-12)


def test_an_area_without_cases_is_not_a_number():
    roc, pr = areas(np.ones((2, 1)), np.zeros((2, 1)))

    assert np.isnan([roc[0], pr[0]]).all()
