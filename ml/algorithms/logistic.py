"""Logistic regression: a weight for each column, turned into the probability of each class."""

from typing import Any

from ml.algorithms.registry import Algorithm, Preparation, Setting, Wish, params_schema, register
from ml.errors import BadInput
from ml.schema import Task
from ml.tuning.wishes import Range


def _build(setting: Setting) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 -- slow import

    return LogisticRegression(**setting.params, random_state=setting.seed)


def _refuse(wish: Wish) -> None:
    if wish.params["solver"] == "liblinear" and wish.target.unique > 2:
        raise BadInput(
            "params.solver",
            f"liblinear knows two classes and {wish.target.name} has {wish.target.unique}; choose lbfgs.",
        )


register(
    Algorithm(
        key="logistic",
        name="Logistic regression",
        description="Weighs the columns into a probability for each class. Fast, steady, easy to explain.",
        tasks=(Task.CLASSIFICATION,),
        rank=20,
        params=params_schema(
            C={
                "type": "number",
                "title": "C (freedom)",
                "description": "Small values keep the weights small, against overfitting.",
                "default": 1.0,
                "minimum": 0.000001,
                "maximum": 1000000,
            },
            max_iter={
                "type": "integer",
                "title": "Iterations",
                "description": "At most this many steps of the solver; it stops earlier once it has settled.",
                # scikit-learn's 100 is not enough on many scaled one-hot tables; unused steps cost nothing.
                "default": 1000,
                "minimum": 1,
                "maximum": 100000,
            },
            solver={
                "type": "string",
                "title": "Solver",
                "description": "lbfgs suits most tables; sag and saga long ones; liblinear two classes only.",
                "default": "lbfgs",
                "enum": ["lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga"],
            },
        ),
        preparation=Preparation(scaled=True),
        build=_build,
        refuse=_refuse,
        search={"C": Range(low=0.001, high=100, log=True)},
    )
)
