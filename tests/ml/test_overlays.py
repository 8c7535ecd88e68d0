import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from ml.overlays import GRID, error_curves, macro_curves

LABELS = ["a", "b", "c"]


@pytest.fixture
def keep(tmp_path):
    """Write the rows that a model was judged on."""

    def _keep(table, name="rows"):
        path = tmp_path / f"{name}.parquet"
        pd.DataFrame(table).to_parquet(path, index=False)
        return path

    return _keep


def judged(digits, rows=200):
    """Rows of three classes; shares rounded to so many digits, so that many are the same."""
    random = np.random.default_rng(0)
    code = random.integers(0, 3, rows)
    shares = random.random((rows, 3))
    shares[np.arange(rows), code] += 0.4
    return code, np.round(shares / shares.sum(axis=1, keepdims=True), digits)


def table_of(code, shares):
    return {"row": np.arange(len(code)), "actual": np.array(LABELS)[code]} | {
        f"p{place}": column for place, column in enumerate(shares.T)
    }


@pytest.mark.parametrize("digits", [1, 9])
def test_macro_curves_are_the_means_of_the_classes(keep, digits):
    code, shares = judged(digits)

    found = macro_curves(keep(table_of(code, shares)), LABELS)

    each = [(code == place, shares[:, place]) for place in range(3)]
    roc = [np.interp(np.linspace(0, 1, GRID), *sk.roc_curve(*one, drop_intermediate=False)[:2]) for one in each]
    assert [y for _, y in found["roc"][1:]] == pytest.approx(np.mean(roc, axis=0), abs=1e-4)
    assert found["roc_auc"] == pytest.approx(np.mean([sk.roc_auc_score(*one) for one in each]), abs=1e-5)
    assert found["pr_auc"] == pytest.approx(np.mean([sk.average_precision_score(*one) for one in each]), abs=1e-5)
    assert (found["rows"], found["classes"], found["roc"][0]) == (200, 3, (0.0, 0.0))


def test_precision_is_that_of_the_first_threshold_to_reach_a_recall(keep):
    code, shares = judged(1)

    found = macro_curves(keep(table_of(code, shares)), LABELS)

    def reached(place, recall):
        precision, recalls, _ = sk.precision_recall_curve(code == place, shares[:, place])
        return precision[np.flatnonzero(recalls >= recall - 1e-9)[-1]]

    assert [y for _, y in found["pr"][1:]] == pytest.approx(
        [np.mean([reached(place, recall) for place in range(3)]) for recall in np.linspace(0, 1, GRID)[1:]], abs=1e-4
    )


def test_classes_that_no_row_has_are_left_out(keep):
    code, shares = judged(9)

    found = macro_curves(keep(table_of(code, shares)), [*LABELS[:2], "none"])

    assert found["classes"] == 2
    assert macro_curves(keep(table_of(code, shares)), ["none"]) is None


def test_errors_are_drawn_on_one_scale(keep):
    exact = {"actual": np.arange(100.0), "prediction": np.arange(100.0)}
    off = {"actual": np.arange(100.0), "prediction": np.arange(100.0) + np.arange(100) - 50}

    found = error_curves([keep(exact, "exact"), keep(off, "off")])

    assert found["furthest"] == np.quantile(np.abs(np.arange(100) - 50), 0.95)
    first, second = found["lines"]
    assert {y for _, y in first["within"]} == {1}
    assert second["within"][0] == (0, 0.01)
    assert second["within"][-1] == (pytest.approx(47.05, abs=1e-4), 0.95)
    assert (first["median"], second["median"], second["mean"]) == (0, 25, 0.5)
    assert [(x, y) for x, y in first["spread"] if y] == [(0, 1)]


def test_models_that_are_never_off_have_no_errors_to_draw(keep):
    assert error_curves([keep({"actual": [1.0, 2.0], "prediction": [1.0, 2.0]})]) is None


@pytest.mark.parametrize(("rows", "bins"), [(80, 9), (1_000, 21), (1_000_000, 41)])
def test_few_rows_make_few_bins(keep, rows, bins):
    spread = {"actual": np.zeros(rows), "prediction": np.linspace(-1, 1, rows)}

    assert len(error_curves([keep(spread)])["lines"][0]["spread"]) == bins
