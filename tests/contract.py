"""What the document of the API promises of an answer."""

import re
from functools import cache
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.generators import SchemaGenerator
from openapi_schema_validator import OAS30Validator

JSON = "application/json"


@cache
def document() -> dict[str, Any]:
    return _plainly_nullable(SchemaGenerator().get_schema(request=None, public=True))


def broken(route: str, method: str, answer: HttpResponseBase) -> list[str]:
    """What an answer has otherwise than the document says of that address of the URLconf; nothing when it is kept."""
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: "{id}" if found[1] == "pk" else f"{{{found[1]}}}", route)
    told = document()["paths"][path][method.lower()]["responses"].get(str(answer.status_code))
    if told is None:
        return [f"{answer.status_code} is not told"]
    kind = answer.get("Content-Type", "").partition(";")[0]
    if not kind or kind in told.get("content", {}):
        return _unlike(answer.json(), told["content"][kind]["schema"]) if kind == JSON else []
    return [f"{kind} is not told"]


def _plainly_nullable(part: Any) -> Any:
    """The same, where `nullable` beside `allOf` is an alternative: as readers of the document take it."""
    if isinstance(part, list):
        return [_plainly_nullable(each) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _plainly_nullable(value) for key, value in part.items()}
    if kept.get("nullable") and "allOf" in kept:
        return {"anyOf": [{"allOf": kept["allOf"]}, {"enum": [None], "nullable": True}]}
    return kept


def _unlike(content: Any, schema: dict[str, Any]) -> list[str]:
    validator = OAS30Validator({**schema, "components": document()["components"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(content)]
