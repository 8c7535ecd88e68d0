import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score

from ml.evaluation.curves import calibration, one_vs_rest
from tests.ml.evaluation.factories import noisy_classes


def test_each_class_stands_against_the_rest():
    rows = noisy_classes(count=4, rows=500)

    found = one_vs_rest(rows.actual, rows.shares, rows.classes)

    areas = {each["label"]: each["roc_auc"] for each in found["classes"]}
    assert areas == pytest.approx({n: roc_auc_score(rows.actual == n, rows.shares[:, n]) for n in range(4)}, abs=1e-9)
    assert found["macro"]["roc_auc"] == pytest.approx(
        roc_auc_score(rows.actual, rows.shares, multi_class="ovr", average="macro"), abs=1e-9
    )
    assert found["classes"][0]["rows"] == max(each["rows"] for each in found["classes"])


def test_curves_go_from_end_to_end_in_at_most_50_points():
    rows = noisy_classes(count=3, rows=2000)

    for each in one_vs_rest(rows.actual, rows.shares, rows.classes)["classes"]:
        assert (each["roc"][0], each["roc"][-1], len(each["roc"])) == ([0, 0], [1, 1], 50)
        assert (each["pr"][0], each["pr"][-1][0], len(each["pr"])) == ([0, 1], 1, 50)


def test_ten_classes_are_drawn_and_all_counted():
    rows = noisy_classes(count=12, rows=600)

    found = one_vs_rest(rows.actual, rows.shares, rows.classes)

    assert (len(found["classes"]), found["macro"]["classes"]) == (10, 12)


def test_classes_without_rows_are_left_out():
    rows = noisy_classes(count=3)

    found = one_vs_rest(np.zeros(200, dtype=int), rows.shares, rows.classes)

    assert found == {"classes": [], "macro": None}


def test_calibration_equals_that_of_scikit_learn():
    rows = noisy_classes(rows=500)
    share = rows.shares[:, 1]

    bins, error = calibration(rows.actual == 1, share)

    actual, predicted = calibration_curve(rows.actual == 1, share, n_bins=10, strategy="quantile")
    assert [each["actual"] for each in bins] == pytest.approx(actual, abs=1e-6)
    assert [each["predicted"] for each in bins] == pytest.approx(predicted, abs=1e-6)
    assert [each["rows"] for each in bins] == [50] * 10
    assert error == pytest.approx(np.abs(actual - predicted).mean(), abs=1e-9)


def test_shares_that_never_vary_fill_one_bin():
    bins, error = calibration(np.array([True, False, False, False]), np.full(4, 0.5))

    assert (bins, error) == ([{"predicted": 0.5, "actual": 0.25, "rows": 4}], 0.25)
