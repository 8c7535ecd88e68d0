"""The training form: made from the table's columns and the algorithms' parameter schemas."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from core.schema_forms import field_for
from ml.algorithms.registry import Algorithm, all_algorithms
from ml.metrics import metrics_for
from ml.schema import Column, Task
from training.wish import TrainingWish


class TrainingForm(forms.Form):
    """What to predict, from what, judged how; the parameters of each method are forms of their own."""

    target = forms.ChoiceField(label="Target column")
    task = forms.ChoiceField(
        label="Task", choices=[(Task.CLASSIFICATION, "One of several classes"), (Task.REGRESSION, "A number")]
    )
    features = forms.MultipleChoiceField(
        label="Columns to learn from", error_messages={"required": "Tick at least one column to learn from."}
    )
    algorithm = forms.ChoiceField(label="Method", choices=[(each.key, each.name) for each in all_algorithms()])
    train_percentage = forms.IntegerField(
        label="Share to learn from", initial=80, help_text="Percent of the rows; the rest test the model."
    )
    metric = forms.ChoiceField(label="Judge by")
    name = forms.CharField(
        label="Name", max_length=200, required=False, help_text="Trainings of the same name count up its versions."
    )
    seed = forms.IntegerField(
        label="Seed", required=False, help_text="Empty is 42. The same seed and data give the same model."
    )

    steps = forms.CharField(label="Feature steps", required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, columns: Sequence[Column], task: Task) -> None:
        super().__init__(data)
        names = [(column.name, column.name) for column in columns]
        self.choose("target", names)
        self.choose("features", names)
        self.choose("metric", [(metric.key, metric.name) for metric in metrics_for(task)])

    def choose(self, field: str, choices: list[tuple[str, str]]) -> None:
        """Set what may be chosen in a field."""
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    def wish(self, params: dict[str, Any], steps: list[dict[str, Any]]) -> TrainingWish:
        """The valid answers, typed."""
        given = self.cleaned_data
        return TrainingWish(
            target=given["target"],
            algorithm=given["algorithm"],
            # The target's box may still be ticked from before it became the target.
            features=[name for name in given["features"] if name != given["target"]],
            task=given["task"],
            params=params,
            train_percentage=given["train_percentage"],
            metric=given["metric"],
            seed=given["seed"],
            name=given["name"],
            steps=steps,
        )


class ParamsForm(forms.Form):
    """One algorithm's parameters, a field each from its JSON Schema."""

    def __init__(self, data: Mapping[str, Any] | None, *, algorithm: Algorithm) -> None:
        super().__init__(data, prefix=algorithm.key)
        for name, schema in algorithm.params["properties"].items():
            self.fields[name] = field_for(schema)
