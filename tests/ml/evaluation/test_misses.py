import numpy as np

from ml.evaluation.misses import histogram, largest_misses, points, surest_misses
from tests.ml.evaluation.factories import amounts, noisy_classes, three_labels


def test_long_tables_show_300_points_spread_evenly():
    found = points(amounts(rows=1000, error=2.0))

    actual = [point["actual"] for point in found["predicted_vs_actual"]]
    assert (len(actual), actual[:3], actual[-1]) == (300, [0.0, 3.0, 6.0], 996.0)
    assert found["residuals_by_prediction"][1] == {"predicted": 5.0, "residual": -2.0}


def test_the_ten_rows_furthest_off_are_named_by_their_place():
    rows = amounts(rows=20, error=np.arange(20) % 13.0, places=np.arange(20) + 100)

    found = largest_misses(rows)

    assert len(found) == 10
    assert found[0] == {"row": 112, "actual": 12.0, "predicted": 24.0}


def test_the_surest_of_the_wrong_come_first():
    found = surest_misses(three_labels())

    assert found == [
        {"row": None, "actual": "no", "predicted": "yes", "confidence": 0.8},
        {"row": None, "actual": "maybe", "predicted": "no", "confidence": 0.6},
    ]


def test_a_row_predicted_twice_is_named_once():
    found = surest_misses(noisy_classes(rows=40, skill=0, places=np.arange(40) % 4))

    assert sorted(each["row"] for each in found) == [0, 1, 2, 3]


def test_residuals_without_spread_have_one_bin():
    assert histogram(np.array([-1.0, -1.0, np.inf])) == {"edges": [-1.0, -1.0], "counts": [2]}
    assert histogram(np.array([np.nan])) == {"edges": [], "counts": []}
