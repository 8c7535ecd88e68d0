import json

import pytest

from ml.errors import BadInput
from ml.plan import FitPlan, guess_task, make_plan
from ml.schema import Role
from tests.ml.factories import a_column


def columns():
    return [
        a_column("id", "id", role=Role.ID, unique=200),
        a_column("age", "number", unique=80),
        a_column("sex", "category", unique=2),
        a_column("constant", "category", role=Role.CONSTANT, unique=1),
        a_column("empty", "category", role=Role.CONSTANT, missing=200, unique=0),
        a_column("survived", "integer", unique=2),
        a_column("grade", "integer", unique=5),
        a_column("fare", "number", unique=150),
        a_column("remark", "text", unique=190),
        a_column("boarded", "datetime", unique=90),
        a_column("ticket", "category", unique=200),
        a_column("street", "category", unique=120),
        a_column("sparse", "number", missing=195, unique=5),
    ]


def wish(**changes):
    return make_plan(columns(), **{"rows": 200, "target": "survived", "algorithm": "random_forest", **changes})


def test_a_plan_is_complete():
    plan = wish()

    assert plan.task == "classification"
    assert [feature.name for feature in plan.features] == [
        "age",
        "sex",
        "grade",
        "fare",
        "remark",
        "boarded",
        "ticket",
        "street",
        "sparse",
    ]
    assert plan.params["n_estimators"] == 100
    assert (plan.train_percentage, plan.metric, plan.seed) == (80, "accuracy", 42)


def test_a_plan_survives_json():
    plan = wish(features=["fare", "sex"], params={"max_depth": 3}, seed=7)

    assert FitPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


@pytest.mark.parametrize(
    ("dtype", "unique", "task"),
    [
        ("boolean", 2, "classification"),
        ("category", 5, "classification"),
        ("text", 5, "classification"),
        ("integer", 20, "classification"),
        ("integer", 21, "regression"),
        ("number", 2, "classification"),
        ("number", 3, "regression"),
    ],
)
def test_the_task_is_guessed_from_the_target(dtype, unique, task):
    assert guess_task(a_column("y", dtype, unique=unique)) == task


def test_grades_are_predicted_as_amounts_by_an_algorithm_for_amounts():
    assert wish(target="grade", algorithm="linear").task == "regression"


@pytest.mark.parametrize(
    ("changes", "attr", "words"),
    [
        ({"target": ""}, "target", "Choose the column to predict."),
        ({"target": "Survived"}, "target", "There is no column 'Survived'; did you mean 'survived'?"),
        ({"target": "empty"}, "target", "empty is empty"),
        ({"target": "constant"}, "target", "the same value in every row"),
        ({"target": "boarded"}, "target", "holds dates"),
        ({"target": "id"}, "target", "like an id"),
        ({"target": "ticket"}, "target", "like an id"),
        ({"target": "remark"}, "target", "free text"),
        ({"target": "street"}, "target", "at most 100 classes"),
        ({"target": "fare", "task": "classification"}, "target", "Choose another target or regression."),
        ({"target": "sparse"}, "dataset", "5 rows have a value of sparse; at least 10 are needed."),
        ({"target": "sex", "task": "regression"}, "task", "choose classification"),
        ({"task": "clustering"}, "task", "auto, regression or classification"),
        ({"algorithm": "svm"}, "algorithm", "choose one of: linear"),
        (
            {"algorithm": "linear"},
            "algorithm",
            "Linear regression does no classification, which survived asks for; choose one of: naive_bayes, logistic, ",
        ),
        ({"target": "fare", "algorithm": "logistic"}, "algorithm", "choose one of: linear, "),
        ({"features": []}, "features", "at least one column"),
        ({"features": "age"}, "features", "at least one column"),
        ({"features": ["age", "agee"]}, "features", "There is no column 'agee'; did you mean 'age'?"),
        ({"features": ["age", "age"]}, "features", "age is named twice"),
        ({"features": ["age", "survived"]}, "features", "survived is the target"),
        ({"train_percentage": 9}, "train_percentage", "from 10 to 95"),
        ({"train_percentage": 80.0}, "train_percentage", "from 10 to 95"),
        ({"train_percentage": True}, "train_percentage", "from 10 to 95"),
        ({"metric": "r2"}, "metric", "r2 does not judge classification; choose one of: accuracy"),
        ({"metric": "best"}, "metric", "There is no metric 'best'"),
        ({"target": "grade", "metric": "brier"}, "metric", "brier needs two classes and grade has 5"),
        ({"seed": -1}, "seed", "from 0 to 4,294,967,295"),
        ({"seed": 2**32}, "seed", "from 0 to 4,294,967,295"),
        ({"params": {"max_depth": 0}}, "params.max_depth", "from 1 to 1,000"),
        ({"algorithm": "knn", "params": {"n_neighbors": 161}}, "params.n_neighbors", "at most 160, the rows"),
        (
            {"target": "grade", "algorithm": "logistic", "params": {"solver": "liblinear"}},
            "params.solver",
            "choose lbfgs",
        ),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_the_remedy(changes, attr, words):
    with pytest.raises(BadInput) as error:
        wish(**changes)

    assert error.value.attr == attr
    assert words in error.value.detail


def test_a_table_of_ids_and_constants_leaves_nothing_to_predict_from():
    with pytest.raises(BadInput) as error:
        make_plan([columns()[0], columns()[5]], rows=200, target="survived", algorithm="knn")

    assert error.value.attr == "features"


def a_step(kind, *names, **params):
    return {"kind": kind, "columns": list(names), "params": params}


def test_a_plan_keeps_its_steps_complete():
    plan = wish(steps=[a_step("scale", "age"), a_step("one_hot", "sex", most=3)])

    assert [(step.kind, step.columns, step.params) for step in plan.steps] == [
        ("scale", ("age",), {"method": "standard"}),
        ("one_hot", ("sex",), {"most": 3}),
    ]
    assert FitPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_a_plan_from_before_there_were_steps_has_none():
    kept = wish().to_json()
    del kept["steps"]

    assert FitPlan.from_json(kept) == wish()


def test_what_a_step_names_is_offered_and_what_steps_leave_out_is_not():
    plan = wish(
        steps=[a_step("choose", "id", "age", "sex", "survived"), a_step("target_encode", "id"), a_step("drop", "sex")]
    )

    assert [feature.name for feature in plan.features] == ["id", "age"]
    assert [(step.kind, step.columns) for step in plan.steps] == [("choose", ("id", "age")), ("target_encode", ("id",))]


def test_leaving_out_what_is_no_feature_does_no_harm():
    plan = wish(features=["age", "sex"], steps=[a_step("drop", "id", "fare"), a_step("scale", "age")])

    assert [step.kind for step in plan.steps] == ["scale"]


@pytest.mark.parametrize(
    ("changes", "attr", "detail"),
    [
        ({"steps": [a_step("scale", "survived")]}, "steps.0.columns", "survived is the target"),
        (
            {"steps": [a_step("drop", "id"), a_step("scale", "sex")]},
            "steps.1.columns",
            "Scale takes columns of type integer or number",
        ),
        (
            {"features": ["age"], "steps": [a_step("scale", "age"), a_step("scale", "fare")]},
            "steps.1.columns",
            "fare is not among the features; add it to them, or take it out of this step.",
        ),
        ({"features": ["age"], "steps": [a_step("choose", "fare")]}, "steps.0.columns", "not among the features"),
        ({"features": ["age"], "steps": [a_step("drop", "age")]}, "steps", "leave none of the features"),
    ],
)
def test_steps_that_cannot_be_are_refused(changes, attr, detail):
    with pytest.raises(BadInput, match=detail) as error:
        wish(**changes)

    assert error.value.attr == attr


def test_shares_of_many_classes_are_limited():
    table = [a_column("y", "category", unique=90), *(a_column(f"c{place}", "category") for place in range(30))]
    steps = [a_step("target_encode", *(column.name for column in table[1:]))]

    with pytest.raises(BadInput, match="30 columns would become 2,700, as y has 90 classes; at most 2,000"):
        make_plan(table, rows=2000, target="y", algorithm="knn", steps=steps)


def test_columns_may_be_named_as_their_file_named_them():
    plan = wish(target="survived ", features=[" age", "fare\n"])

    assert (plan.target.name, [feature.name for feature in plan.features]) == ("survived", ["age", "fare"])
