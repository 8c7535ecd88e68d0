"""The form of one feature step, made from the registry: which columns, and its parameters."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from core.schema_forms import field_for
from datasets.models import Recipe
from ml.schema import Column
from ml.steps.registry import StepKind

MOST_TICKS = 150  # tick boxes of more columns would make the page heavy: their names are typed instead


class ColumnNamesField(forms.CharField):
    """Names of columns, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """The names as lines."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        """The names in the order given, without repeats."""
        lines = (line.strip() for line in super().clean(value).splitlines())
        return list(dict.fromkeys(line for line in lines if line))


class StepForm(forms.Form):
    """A step of one kind on the columns that are there before it and of a type it takes."""

    def __init__(
        self, data: Mapping[str, Any] | None, *, kind: StepKind, columns: Sequence[Column], step: Mapping[str, Any]
    ) -> None:
        super().__init__(data, prefix="step")
        self.kind = kind
        self.fitting = [column for column in columns if column.dtype in kind.takes]
        self.is_wide = len(self.fitting) > MOST_TICKS
        chosen = list(step.get("columns", []))
        known = {column.name for column in self.fitting}
        self.left_out = [name for name in chosen if name not in known]
        self.fields["columns"] = self._columns_field(chosen)
        if self.is_wide:
            self.fields["every"] = forms.BooleanField(label=f"All {len(self.fitting):,} of them", required=False)
        params = step.get("params", {})
        for name, schema in kind.params["properties"].items():
            self.fields[name] = field_for({**schema, "default": params.get(name, schema["default"])})

    def _columns_field(self, chosen: list[str]) -> forms.Field:
        if self.is_wide:
            help_text = f"One name a line; {len(self.fitting):,} columns are of a type this step takes."
            return ColumnNamesField(
                label="Columns", initial=chosen, help_text=help_text, strip=False, required=False, empty_value=""
            )
        return forms.MultipleChoiceField(
            label="Columns",
            choices=[(column.name, column.name) for column in self.fitting],
            initial=chosen,
            error_messages={
                "required": "Tick at least one column.",
                "invalid_choice": "This step cannot take %(value)s here.",
            },
        )

    @property
    def params(self) -> list[forms.BoundField]:
        """The fields of the parameters."""
        return [self[name] for name in self.kind.params["properties"]]

    @property
    def takes(self) -> str:
        """The types of column it can be given, in words."""
        return f"It takes columns of the types {', '.join(self.kind.takes)}."

    @property
    def ticks(self) -> list[dict[str, Any]]:
        """The columns to tick, each with whether it is."""
        ticked = set(self["columns"].value() or [])
        return [{"column": column, "checked": column.name in ticked} for column in self.fitting]

    def step(self) -> dict[str, Any]:
        """The valid answers as a step."""
        params = {name: self.cleaned_data[name] for name in self.kind.params["properties"]}
        every = [column.name for column in self.fitting] if self.cleaned_data.get("every") else []
        return {"kind": self.kind.key, "columns": every or self.cleaned_data["columns"], "params": params}


class RecipeForm(forms.ModelForm[Recipe]):
    """What a recipe is called."""

    class Meta:
        model = Recipe
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"name": "What these steps are for, such as “Fill gaps and group rare ports”."}
