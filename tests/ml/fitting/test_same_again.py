import json
import os
import subprocess
import sys

import numpy as np
import pytest

from ml.algorithms.registry import all_algorithms
from tests.ml.factories import INPUTS, mixed_table

# Fits every algorithm to the table in a folder on so many cores and prints what each says of all rows.
SCRIPT = """
import json, sys
from pathlib import Path
import numpy as np
from ml.algorithms.registry import all_algorithms
from ml.fitting.learning import Lesson, Unfollowed, learn
from ml.fitting.rows import read
from ml.plan import make_plan
from ml.prediction import outputs
from ml.schema import Column

folder, cores = Path(sys.argv[1]), int(sys.argv[2])
columns = [Column.from_json(each) for each in json.loads((folder / "columns.json").read_text())]
few = {"max_iter": 10, "n_estimators": 10, "neurons": 10}
said = {}
for algorithm in all_algorithms():
    params = {name: count for name, count in few.items() if name in algorithm.params["properties"]}
    for task, target in (("regression", "price"), ("classification", "kind")):
        if task in algorithm.tasks:
            features = json.loads(sys.argv[3])
            plan = make_plan(
                columns, rows=240, target=target, algorithm=algorithm.key, task=task, params=params, features=features,
                steps=[{"kind": "target_encode", "columns": ["town"]}, {"kind": "power", "columns": ["width"]}],
            )
            rows = read(plan, folder / "table.parquet")
            lesson = Lesson.of(rows, np.arange(200))
            pipeline, _ = learn(plan, plan.params, lesson, say=Unfollowed(), cores=cores)
            amounts, shares = outputs(pipeline, plan.task, rows.frame)
            said[f"{algorithm.key} {task}"] = amounts.tolist() if shares is None else shares[:, 0].tolist()
print(json.dumps(said))
"""


def said_by(folder, *, cores, hash_seed):
    """What each algorithm says in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, str(folder), str(cores), json.dumps(INPUTS)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
    )
    return json.loads(ran.stdout)


def test_the_same_seed_gives_the_same_model_in_any_process_on_any_cores(tmp_path):
    _, columns = mixed_table(tmp_path)
    (tmp_path / "columns.json").write_text(json.dumps([each.to_json() for each in columns]))

    first, second = (said_by(tmp_path, cores=cores, hash_seed=cores) for cores in (1, 2))

    assert {each.split()[0] for each in first} == {each.key for each in all_algorithms()}
    for name, answers in first.items():
        assert np.ptp(answers) > 0, name
        assert second[name] == pytest.approx(answers, rel=1e-12, abs=1e-12), name
