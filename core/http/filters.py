"""Filters of API lists that refuse what they do not know, where django-filter would leave it unheard."""

from typing import Any

from django import forms
from django_filters import rest_framework as filters

SAID = {"true": True, "1": True, "false": False, "0": False}


class YesNoField(forms.Field):
    """True or false, in any case, or as 1 and 0; nothing is neither."""

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        if (known := SAID.get(str(value).lower())) is None:
            raise forms.ValidationError(f"Say true or false; got {str(value)!r:.60}.", code="invalid")
        return known


class YesNoFilter(filters.BooleanFilter):
    """`?is_active=true`; django-filter's own takes any other word for none at all."""

    field_class = YesNoField  # type: ignore[assignment]  # typed as the one field it has by itself

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput, **options)
