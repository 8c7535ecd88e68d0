"""Reading request bodies without trusting them."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class SafeJSONParser(JSONParser):
    """DRF's strict JSON parser, with every oddity answered by 400.

    Those are deep nesting, endless digits, numbers beyond the largest double, a name that comes twice in one object,
    lone surrogates. JSON is UTF-8, so a charset in the header is ignored: some (`zlib`) are no encodings of text.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            data = json.loads(
                stream.read().decode(), parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_each_once
            )
            json.dumps(data, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
        except UnicodeEncodeError:
            raise ParseError("The JSON holds a character that is not valid Unicode.") from None
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from None
        return data


def _no_number(word: str) -> None:
    raise ParseError(f"The JSON holds {word}, which is no JSON number; send null for what is not known.")


def _finite(number: str) -> float:
    found = float(number)
    if not math.isfinite(found):
        raise ParseError("The JSON holds a number beyond 1.8e308, the largest there is.")
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(f"The JSON names {twice[:100]!r} twice in one object; send each name once.")
    return found
