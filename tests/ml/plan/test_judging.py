import json

import pytest

from ml.errors import BadInput
from ml.plan import FitPlan, make_plan
from ml.validation import HOLDOUT, Validation
from tests.ml.factories import a_column


def columns():
    return [
        a_column("age", "number", unique=80),
        a_column("survived", "integer", unique=2),
        a_column("fare", "number", unique=150),
        a_column("family", "category", unique=12, missing=3),
        a_column("boarded", "datetime", unique=8),
        a_column("deck", "category", unique=1),
    ]


def wish(**changes):
    return make_plan(columns(), **{"rows": 200, "target": "survived", "algorithm": "random_forest", **changes})


@pytest.mark.parametrize(
    ("asked", "validation"),
    [
        ({}, HOLDOUT),
        ({"validation": None}, HOLDOUT),
        ({"validation": {"cv": 5}}, Validation(folds=5)),
        ({"validation": {"cv": 3, "repeats": 4}}, Validation(folds=3, repeats=4)),
        ({"validation": {"cv": 15}, "group_by": "family"}, Validation(folds=15, group_by="family")),
        ({"order_by": "boarded"}, Validation(order_by="boarded")),
        ({"validation": {"cv": 7}, "order_by": "boarded"}, Validation(folds=7, order_by="boarded")),
    ],
)
def test_a_plan_knows_which_rows_judge(asked, validation):
    plan = wish(**asked)

    assert plan.validation == validation
    assert FitPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


@pytest.mark.parametrize(
    ("changes", "attr", "words"),
    [
        ({"validation": "none"}, "validation", 'must be "holdout", or {"cv": 5}'),
        ({"validation": {"cv": 5, "seed": 1}}, "validation", 'must be "holdout", or {"cv": 5}'),
        ({"validation": {"repeats": 2}}, "validation", 'must be "holdout", or {"cv": 5}'),
        ({"validation": {"cv": 1}}, "validation.cv", "from 2 to 20"),
        ({"validation": {"cv": 21}}, "validation.cv", "from 2 to 20"),
        ({"validation": {"cv": 5.0}}, "validation.cv", "from 2 to 20"),
        ({"validation": {"cv": 5, "repeats": 11}}, "validation.repeats", "from 1 to 10"),
        (
            {"validation": {"cv": 5}, "rarest": 3},
            "validation.cv",
            "5 folds are too many: the rarest class has 3 rows, and each fold needs one. Choose at most 3.",
        ),
        (
            {"validation": {"cv": 5}, "rarest": 1},
            "validation.cv",
            "5 folds are too many: the rarest class has 1 row, and each fold needs one. Hold rows out instead.",
        ),
        ({"validation": {"cv": 12}, "rows": 11}, "validation.cv", "there are 11 rows"),
        ({"validation": {"cv": 16}, "group_by": "family"}, "validation.cv", "there are 15 groups"),
        ({"validation": {"cv": 8}, "order_by": "boarded"}, "validation.cv", "there are 8 moments"),
        ({"validation": {"cv": 3, "repeats": 2}, "order_by": "age"}, "validation.repeats", "repeat once"),
        ({"group_by": "famly"}, "group_by", "There is no column 'famly'; did you mean 'family'?"),
        ({"order_by": "survived"}, "order_by", "survived is the target"),
        ({"group_by": "deck"}, "group_by", "the same value in every row"),
        ({"order_by": "family"}, "order_by", "family holds no dates or numbers"),
        ({"order_by": "boarded", "group_by": "family"}, "order_by", "not both"),
        ({"class_weight": "heavy"}, "class_weight", "balanced, or null"),
        ({"class_weight": "balanced", "target": "fare"}, "class_weight", "Amounts have no classes"),
        ({"class_weight": "balanced", "algorithm": "knn"}, "class_weight", "Nearest neighbours cannot weigh rows"),
        (
            {"validation": {"cv": 2}, "algorithm": "knn", "params": {"n_neighbors": 101}},
            "params.n_neighbors",
            "at most 100, the rows to learn from",
        ),
        (
            {"validation": {"cv": 4}, "order_by": "boarded", "algorithm": "knn", "params": {"n_neighbors": 41}},
            "params.n_neighbors",
            "at most 40, the rows to learn from",
        ),
    ],
)
def test_what_cannot_judge_is_refused_with_the_remedy(changes, attr, words):
    with pytest.raises(BadInput) as error:
        wish(**changes)

    assert error.value.attr == attr
    assert words in error.value.detail


def test_the_rarest_amount_bounds_no_folds():
    assert wish(target="fare", validation={"cv": 5}, rarest=1).validation.folds == 5


def test_classes_may_weigh_the_same():
    assert wish(class_weight="balanced").class_weight == "balanced"


def test_a_plan_from_before_there_was_validation_holds_rows_out():
    kept = wish().to_json()
    for name in ("validation", "class_weight", "tuning"):
        del kept[name]

    assert FitPlan.from_json(kept) == wish()
