"""Linear support vector machine: a weight for each column, set by the rows that are hardest to tell apart."""

from typing import Any

from ml.algorithms import margins
from ml.algorithms.registry import Algorithm, Preparation, Setting, params_schema, register
from ml.schema import Task
from ml.tuning.wishes import Range


def _build(setting: Setting) -> Any:
    from sklearn.svm import LinearSVC, LinearSVR  # noqa: PLC0415 -- slow import

    usual = {"dual": "auto", "random_state": setting.seed}
    if setting.task is Task.REGRESSION:
        machine = LinearSVR(**setting.params, **usual)
    else:
        machine = LinearSVC(**{name: value for name, value in setting.params.items() if name != "epsilon"}, **usual)
    return margins.finished(machine, setting.task, setting.seed)


register(
    Algorithm(
        key="linear_svm",
        name="Linear support vector machine",
        description="A weight for each column, little moved by outliers. Good with texts and with many columns.",
        tasks=(Task.REGRESSION, Task.CLASSIFICATION),
        rank=25,
        params=params_schema(
            C=margins.C,
            epsilon=margins.EPSILON,
            max_iter={
                "type": "integer",
                "title": "Iterations",
                "description": "At most this many steps of the solver; it stops earlier once it has settled.",
                # scikit-learn's 1,000 is not enough for amounts on many scaled tables; unused steps cost nothing.
                "default": 10000,
                "minimum": 1,
                "maximum": 1000000,
            },
        ),
        preparation=Preparation(scaled=True),
        build=_build,
        fit=margins.fit,
        search={"C": Range(low=0.001, high=100, log=True)},
    )
)
