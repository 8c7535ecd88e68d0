"""Form fields made from JSON Schemas: what a registry says of a parameter is what its form asks."""

import math
from collections.abc import Mapping
from typing import Any, TypeVar

from django import forms

F = TypeVar("F", bound=forms.Field)

EXACT = 1e15  # beyond it a float holds no longer every whole number


def field_for(schema: Mapping[str, Any]) -> forms.Field:
    """The form field of one property: choice, choices, tick box, text, a list of words, whole number or number.

    It reads what a person types into the schema's kind of value; ranges are shown but not checked here, as what is
    meant checks them for every door, in words that name it.
    """
    types = schema["type"] if isinstance(schema.get("type"), list) else [schema.get("type")]
    usual: dict[str, Any] = {
        "label": schema["title"],
        "help_text": schema.get("description", ""),
        "initial": schema["default"],
        "required": "null" not in types,
    }
    if "enum" in schema:
        return forms.ChoiceField(choices=_choices(schema["enum"]), **usual)
    if "boolean" in types:
        return forms.BooleanField(**{**usual, "required": False})
    if "array" in types:
        return _several(schema, usual)
    if "string" in types:
        text = WordOrNumberField if "number" in types else forms.CharField
        empty = None if "null" in types else ""
        return text(max_length=schema.get("maxLength"), empty_value=empty, **{**usual, "required": False})
    attrs = {"min": schema["minimum"], "max": schema["maximum"], "step": "1" if "integer" in types else "any"}
    kind = forms.IntegerField if "integer" in types else forms.FloatField
    return naming_itself(kind(widget=forms.NumberInput(attrs=attrs), **usual))


def naming_itself(field: F) -> F:
    """The field; if it is of a number, what it says of all else begins with its label."""
    if isinstance(field, forms.IntegerField):  # or a FloatField, which is one
        kind = "a number" if isinstance(field, forms.FloatField) else "a whole number"
        empty = "" if field.required else ", or empty"
        field.error_messages |= dict.fromkeys(("required", "invalid"), f"{field.label} must be {kind}{empty}.")
    return field


class WordOrNumberField(forms.CharField):
    """What looks like a number is one; everything else is text, as it was typed."""

    def clean(self, value: Any) -> Any:
        """A number or a text."""
        word = super().clean(value)
        if word == str(self.initial):
            return self.initial  # left as it was, a number written as text included
        try:
            number = float(word or "") if "_" not in (word or "") else math.nan
        except ValueError:
            return word
        if not math.isfinite(number):
            return word
        return int(number) if number.is_integer() and abs(number) < EXACT else number


class WordsField(forms.CharField):
    """Words with commas between them, as a list without repeats."""

    def prepare_value(self, value: Any) -> Any:
        """The list as it is typed."""
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        """The words in their order."""
        words = (word.strip() for word in super().clean(value).split(","))
        return list(dict.fromkeys(word for word in words if word))


def _several(schema: Mapping[str, Any], usual: dict[str, Any]) -> forms.Field:
    if "enum" in schema["items"]:
        choices, box = _choices(schema["items"]["enum"]), forms.CheckboxSelectMultiple(attrs={"class": "choices__list"})
        return forms.MultipleChoiceField(choices=choices, widget=box, **{**usual, "required": False})
    return WordsField(**{**usual, "required": False})


def _choices(values: list[Any]) -> list[tuple[Any, str]]:
    return [(value, str(value).replace("_", " ").capitalize()) for value in values]
