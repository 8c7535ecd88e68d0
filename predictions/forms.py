"""The form of a model's inputs, made from its schema. Values stay text: the model's own parser reads them."""

from collections.abc import Mapping
from typing import Any

from django import forms

from ml.schema import Dtype, InputField
from ml.written import as_written
from training.models import ModelVersion

MOST_CHOICES = 50
NUMBERS = (Dtype.INTEGER, Dtype.NUMBER)


class PredictionForm(forms.Form):
    """One field an input, named by its position: a column may be called anything."""

    def __init__(
        self, data: Mapping[str, Any] | None, *, model: ModelVersion, row: Mapping[str, Any] | None = None
    ) -> None:
        self.inputs = model.fields
        super().__init__(
            data, initial={f"f{place}": _typed((row or {}).get(f.name), f) for place, f in enumerate(self.inputs)}
        )
        for place, each in enumerate(self.inputs):
            self.fields[f"f{place}"] = field_for(each)

    @property
    def row(self) -> dict[str, str]:
        """What was filled in, by column name; a field left empty is missing."""
        return {each.name: self.cleaned_data[f"f{place}"] for place, each in enumerate(self.inputs)}

    def refuse(self, attr: str, detail: str) -> None:
        """Show an error beside the column that `attr` (`features.<column>`) names."""
        column = attr.removeprefix("features.")
        places = [place for place, each in enumerate(self.inputs) if each.name == column]
        self.add_error(f"f{places[0]}" if places else None, detail)


def field_for(each: InputField) -> forms.CharField:
    """The form field of one input: a list where the values are few, else a line of text with what is usual."""
    options: dict[str, Any] = {"label": each.name, "required": False, "strip": False, "max_length": 100_000}
    if each.categories and not each.other_categories and len(each.categories) <= MOST_CHOICES:
        choices = [("", "Not known"), *((_text(value), _text(value)) for value in each.categories)]
        return forms.CharField(widget=forms.Select(choices=choices), **options)
    if each.dtype is Dtype.TEXT:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), **options)
    attrs = {"placeholder": _rounded(each.typical)}
    if each.dtype in NUMBERS:
        low, typical, high = (
            as_written(_rounded(one), each.written) for one in (each.minimum, each.typical, each.maximum)
        )
        attrs |= {"placeholder": typical, "inputmode": "decimal"}
        options["help_text"] = f"{low} to {high}"
    elif each.dtype is Dtype.DATETIME:
        attrs["placeholder"] = "YYYY-MM-DD"
        options["help_text"] = f"{_rounded(each.minimum)} to {_rounded(each.maximum)}"
    return forms.CharField(widget=forms.TextInput(attrs=attrs), **options)


def _text(value: Any) -> str:
    """A JSON value as a person would type it, to the last digit: what the form shows is what it sends."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _typed(value: Any, each: InputField) -> str:
    """As `_text`, and a number with the decimal mark of its column: a point may part thousands there."""
    text = _text(value)
    return as_written(text, each.written) if each.dtype in NUMBERS else text


def _rounded(value: Any) -> str:
    """A JSON value as a hint to read, without the last digits of a computed number (3.3499999999999996)."""
    return f"{value:.15g}" if isinstance(value, float) else _text(value).removesuffix("T00:00:00")
