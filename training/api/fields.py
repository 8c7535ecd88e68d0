"""Fields that say what would do when they refuse."""

from typing import Any

from django.db.models import TextChoices
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class OneOfField(serializers.ChoiceField):
    """One of a few words; a refusal names them."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices, **options)
        words = ", ".join(str(each) for each in self.choices)
        self.error_messages["invalid_choice"] = f"{{name}} must be one of {words}; got {{input!r:.60}}."

    def fail(self, key: str, **said: Any) -> Any:
        super().fail(key, name=self.field_name, **said)


def one_of_filter(name: str, choices: type[TextChoices]) -> filters.ChoiceFilter:
    """A filter of a list by one of a few words; a refusal names them."""
    said = f"{name} must be one of {', '.join(choices.values)}; got '%(value)s'."
    return filters.ChoiceFilter(choices=choices.choices, error_messages={"invalid_choice": said})


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "enum": ["holdout"]},
            {
                "type": "object",
                "properties": {"cv": {"type": "integer"}, "repeats": {"type": "integer"}},
                "required": ["cv"],
                "additionalProperties": False,
            },
        ]
    }
)
class ValidationField(serializers.Field[Any, Any, Any, Any]):
    """ "holdout", or `{"cv": folds, "repeats": n}`; what the numbers may be is checked with the plan."""

    def to_internal_value(self, data: Any) -> Any:
        """As it was sent, if it has the shape."""
        if data == "holdout" or (isinstance(data, dict) and "cv" in data and set(data) <= {"cv", "repeats"}):
            return data
        raise serializers.ValidationError('Send "holdout" or {"cv": folds, "repeats": n}.')

    def to_representation(self, value: Any) -> Any:
        return value
