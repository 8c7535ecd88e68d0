import numpy as np
import pytest

from ml.algorithms.registry import all_algorithms
from ml.fitting import settling
from ml.fitting.learning import prepare
from ml.fitting.rows import read
from ml.schema import Task
from tests.ml.fitting.tables import planned

FEW = {"max_iter": 20, "n_estimators": 5, "neurons": 5}
STEPS = [
    {"kind": "target_encode", "columns": ["town"]},
    {"kind": "power", "columns": ["size"]},
]


def candidates(folder, monkeypatch, *, room, **wish):
    """The scores of two candidates, and how often rows were prepared for them."""
    monkeypatch.setattr(settling, "KEPT_BYTES", room)
    table, plan = planned(folder, tuning={"trials": 2, "folds": 3}, **wish)
    prepared = []

    def counted(*lesson, **about):
        prepared.append(lesson)
        return prepare(*lesson, **about)

    monkeypatch.setattr(settling, "prepare", counted)
    trials = settling._Trials(plan, read(plan, table), np.arange(0, 150, 2), 1)
    scores = [trials.score(plan.params, lambda: False).scores for _ in range(2)]
    return scores, len(prepared)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("algorithm", all_algorithms(), ids=lambda each: each.key)
def test_candidates_score_alike_whether_rows_are_prepared_once_or_each_time(tmp_path, monkeypatch, algorithm):
    params = {name: few for name, few in FEW.items() if name in algorithm.params["properties"]}
    target = "kind" if Task.CLASSIFICATION in algorithm.tasks else "amount"
    wish = {"algorithm": algorithm.key, "params": params, "target": target, "steps": STEPS}

    anew, times_anew = candidates(tmp_path, monkeypatch, room=0, **wish)
    kept, times_kept = candidates(tmp_path, monkeypatch, room=10**6, **wish)

    assert anew[0] == anew[1] == kept[0] == kept[1]
    assert (times_anew, times_kept) == (6, 3)
