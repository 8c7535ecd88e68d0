"""Parameters of an algorithm or a feature step against their JSON Schema: one check for every door."""

import difflib
import math
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Protocol

from jsonschema import Draft202012Validator

from ml.asked import shown
from ml.errors import BadInput


class Parametrised(Protocol):
    """Whatever has a name and a JSON Schema of parameters: an algorithm, a kind of step."""

    @property
    def name(self) -> str: ...
    @property
    def params(self) -> dict[str, Any]: ...


def complete_params(chosen: Parametrised, params: Mapping[str, Any] | None, *, attr: str = "params") -> dict[str, Any]:
    """Fill in the defaults and check every value.

    Raises BadInput with `<attr>.<name>` and the range, or `<attr>` when they are no object.

    >>> from ml.algorithms.registry import get_algorithm
    >>> complete_params(get_algorithm("knn"), {"n_neighbors": 3})
    {'n_neighbors': 3, 'weights': 'uniform'}
    """
    if params is None:
        params = {}
    if not isinstance(params, Mapping):
        raise BadInput(attr, "Parameters must be an object of names and values.")
    properties: dict[str, dict[str, Any]] = chosen.params["properties"]
    for name in params:
        if name not in properties:
            raise BadInput(f"{attr}.{str(name)[:100]}", _unknown(chosen, str(name)[:100], list(properties)))
    return {
        name: _checked(f"{attr}.{name}", name, params[name], schema) if name in params else deepcopy(schema["default"])
        for name, schema in properties.items()
    }


def _checked(attr: str, name: str, value: Any, schema: Mapping[str, Any]) -> Any:
    finite = not isinstance(value, float) or math.isfinite(value)
    if not finite or not Draft202012Validator(schema).is_valid(value):
        raise BadInput.breaks(attr, f"must be {_wanted(schema)}; got {shown(value)}.", name=name)
    # JSON Schema takes 5.0 for an integer; scikit-learn does not.
    return int(value) if isinstance(value, float) and "integer" in schema["type"] else value


def _wanted(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if schema["type"] == "boolean":
        return "true or false"
    if schema["type"] == "array":
        fewest = f" with at least {schema['minItems']}" if schema.get("minItems") else ""
        return f"a list{fewest}, without repeats, of {_each(schema['items'])}"
    if "string" in schema["type"]:
        return _each(schema) + (" or a number" if "number" in schema["type"] else "")
    kind = "a whole number" if "integer" in schema["type"] else "a number"
    empty = f", or empty (null) for {schema.get('nullMeans', 'no limit')}" if "null" in schema["type"] else ""
    return f"{kind} from {_amount(schema['minimum'])} to {_amount(schema['maximum'])}{empty}"


def _each(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(schema["enum"])
    return f"text of at most {schema['maxLength']} characters"


def _amount(bound: float) -> str:
    return f"{int(bound):,}" if bound == int(bound) else f"{bound:f}".rstrip("0")


def _unknown(chosen: Parametrised, name: str, known: list[str]) -> str:
    if not known:
        return f"{chosen.name} has no parameters."
    near = difflib.get_close_matches(name, known, n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    return f"{chosen.name} has no parameter {name}.{guess} It has: {', '.join(known)}."
