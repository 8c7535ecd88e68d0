"""Parameters of an algorithm against its JSON Schema: one check for every door."""

import difflib
import math
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from ml.algorithms.registry import Algorithm
from ml.errors import BadInput


def complete_params(algorithm: Algorithm, params: Mapping[str, Any] | None) -> dict[str, Any]:
    """Fill in the defaults and check every value.

    Raises BadInput with `params.<name>` and the range, or `params` when they are no object.

    >>> from ml.algorithms.registry import get_algorithm
    >>> complete_params(get_algorithm("knn"), {"n_neighbors": 3})
    {'n_neighbors': 3, 'weights': 'uniform'}
    """
    if params is None:
        params = {}
    if not isinstance(params, Mapping):
        raise BadInput("params", "Parameters must be an object of names and values.")
    properties: dict[str, dict[str, Any]] = algorithm.params["properties"]
    for name in params:
        if name not in properties:
            raise BadInput(f"params.{str(name)[:100]}", _unknown(algorithm, str(name)[:100], list(properties)))
    return {
        name: _checked(name, params[name], schema) if name in params else schema["default"]
        for name, schema in properties.items()
    }


def _checked(name: str, value: Any, schema: Mapping[str, Any]) -> Any:
    finite = not isinstance(value, float) or math.isfinite(value)
    if not finite or not Draft202012Validator(schema).is_valid(value):
        raise BadInput(f"params.{name}", f"{name} must be {_wanted(schema)}; got {_shown(value)}.")
    # JSON Schema takes 5.0 for an integer; scikit-learn does not.
    return int(value) if isinstance(value, float) and "integer" in schema["type"] else value


def _wanted(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if schema["type"] == "boolean":
        return "true or false"
    kind = "a whole number" if "integer" in schema["type"] else "a number"
    empty = ", or null for no limit" if "null" in schema["type"] else ""
    return f"{kind} from {_amount(schema['minimum'])} to {_amount(schema['maximum'])}{empty}"


def _amount(bound: float) -> str:
    return f"{bound:,}" if bound == int(bound) else f"{bound:f}".rstrip("0")


def _shown(value: object) -> str:
    try:
        return repr(value)[:60]
    except ValueError:  # Python refuses to spell out integers of thousands of digits
        return "a number of thousands of digits"


def _unknown(algorithm: Algorithm, name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    return f"{algorithm.name} has no parameter {name}.{guess} It has: {', '.join(known)}."
