"""Fits in real children of one fork server, whose libraries were loaded before the fork."""

import json
import subprocess
import sys

from ml.plan import make_plan
from tests.ml.factories import INPUTS, mixed_table
from training import worker

ONE_AFTER_THE_OTHER = """
import json, sys
from core.processes import Child, Limits

preload, fits = json.load(sys.stdin)
for kwargs in fits:
    with Child.start("training.child:fit", kwargs, preload=preload, limits=Limits(threads=2)) as child:
        while child.outcome is None:
            child.poll(5)
        print(json.dumps(child.outcome.result["metrics"]))
"""


def in_children(folder, algorithms):
    """The metrics of one fit after the other, each in a child of its own, on two cores."""
    table, columns = mixed_table(folder)
    fits = []
    for place, algorithm in enumerate(algorithms):
        (folder / str(place)).mkdir()
        plan = make_plan(columns, rows=240, target="kind", algorithm=algorithm, features=INPUTS)
        fits.append({"plan": plan.to_json(), "table": str(table), "destination": str(folder / str(place)), "cores": 2})
    said = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_THE_OTHER],
        input=json.dumps([worker.PRELOAD, fits]),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_libraries_with_threads_fit_in_child_after_child(tmp_path):
    metrics = in_children(tmp_path, ["lightgbm", "xgboost", "hist_gradient_boosting", "lightgbm", "xgboost"])

    assert len(metrics) == 5
    assert metrics[:2] == metrics[3:]
    assert min(each["accuracy"] for each in metrics) > 0.7
