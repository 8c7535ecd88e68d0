import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

from ml.algorithms.params import complete_params
from ml.errors import BadInput
from ml.schema import Dtype
from ml.steps.registry import all_steps, get_step, register

EVERY = pytest.mark.parametrize("kind", all_steps(), ids=lambda each: each.key)


def test_steps_are_listed_in_the_order_of_thinking():
    assert [kind.key for kind in all_steps()] == [
        "choose",
        "drop",
        "mark_missing",
        "impute",
        "clip_outliers",
        "log",
        "power",
        "scale",
        "bin",
        "interactions",
        "date_parts",
        "rare_categories",
        "one_hot",
        "ordinal",
        "target_encode",
        "tfidf",
    ]


def test_looking_at_the_list_costs_no_scikit_learn():
    look = "import sys; from ml.steps import wishes, registry; registry.all_steps(); print('sklearn' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert said.stdout == "False\n"


def test_an_unknown_step_is_answered_with_the_known():
    with pytest.raises(BadInput, match="There is no step 'sclae'; choose one of: choose, drop, mark_missing") as error:
        get_step("sclae", attr="steps.2.kind")

    assert error.value.attr == "steps.2.kind"


def test_a_second_step_of_one_key_is_a_mistake():
    with pytest.raises(ValueError, match="two steps are called scale"):
        register(get_step("scale"))


def test_a_step_tells_what_a_client_needs():
    assert get_step("date_parts").to_json() == {
        "kind": "date_parts",
        "name": "Date parts",
        "description": "Puts numbers in the place of dates: year, month, day, weekday, hour, days since 1970.",
        "changes": "'<column> year', '<column> month' … stand where the date was.",
        "takes": ["datetime"],
        "params": get_step("date_parts").params,
        "needs_target": False,
    }


@EVERY
def test_every_default_satisfies_its_own_schema(kind):
    Draft202012Validator.check_schema(kind.params)

    assert list(Draft202012Validator(kind.params).iter_errors(complete_params(kind, {}))) == []


@EVERY
def test_every_step_and_parameter_says_what_it_is(kind):
    assert all(text.endswith(".") for text in (kind.description, kind.changes))
    assert kind.takes
    assert set(kind.takes) <= set(Dtype)
    for schema in kind.params["properties"].values():
        assert {"title", "description", "default", "type"} <= schema.keys()
        assert schema["type"] in ("boolean", "array") or {"enum"} & schema.keys() or bounds(schema) <= schema.keys()


def bounds(schema):
    return {"maxLength"} if "string" in schema["type"] else {"minimum", "maximum"}


@pytest.mark.parametrize(
    ("key", "params", "attr", "detail"),
    [
        ("scale", {"method": "max"}, "method", "method must be one of standard, minmax, robust; got 'max'."),
        ("bin", {"bins": 1}, "bins", "bins must be a whole number from 2 to 100; got 1."),
        (
            "date_parts",
            {"parts": []},
            "parts",
            "parts must be a list with at least 1, without repeats, of year, month, day, weekday, hour, days; got [].",
        ),
        (
            "ordinal",
            {"order": ["a", "a"]},
            "order",
            "order must be a list, without repeats, of text of at most 200 characters; got ['a', 'a'].",
        ),
        (
            "impute",
            {"fill_value": None},
            "fill_value",
            "fill_value must be text of at most 200 characters or a number; got None.",
        ),
        ("impute", {"fill_value": float("inf")}, "fill_value", None),
        ("power", {"method": "box-cox"}, "method", "Power transform has no parameters."),
    ],
)
def test_params_out_of_range_are_refused_with_the_range(key, params, attr, detail):
    with pytest.raises(BadInput) as error:
        complete_params(get_step(key), params, attr="steps.0.params")

    assert error.value.attr == f"steps.0.params.{attr}"
    assert detail in (None, error.value.detail)


def test_lists_of_defaults_are_not_shared():
    complete_params(get_step("ordinal"), {})["order"].append("a")

    assert complete_params(get_step("ordinal"), {}) == {"order": []}
