"""The training form: made from the table's columns and the algorithms' parameter schemas."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from core.schema_forms import field_for, naming_itself
from ml.algorithms.registry import Algorithm, all_algorithms
from ml.metrics import metrics_for
from ml.schema import NUMERIC, Column, Dtype, Task
from ml.tuning.wishes import Range
from training.wish import TrainingWish

ORDERED = {*NUMERIC, Dtype.DATETIME}
MOST_LISTED = 100  # columns to choose from in a list; of more, the name is typed, with these to begin with


MOST_COST = 10**9


class CostsForm(forms.Form):
    """What each of the two mistakes costs that a model of two classes can make; what is not sent costs 1."""

    false_alarm = forms.FloatField(label="Cost of a false alarm", min_value=0, max_value=MOST_COST)
    miss = forms.FloatField(label="Cost of a miss", min_value=0, max_value=MOST_COST)

    def __init__(self, data: Mapping[str, str]) -> None:
        super().__init__({"false_alarm": "1", "miss": "1"} | dict(data))
        for field in self.fields.values():
            # Typed as text: a box for numbers forgets what is none.
            field.widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "input--short"})
            said = f"{field.label} must be a number from 0 to {MOST_COST:,}."
            field.error_messages |= dict.fromkeys(("required", "invalid", "min_value", "max_value"), said)

    def clean(self) -> None:
        if self.costs and not any(self.costs):
            self.add_error("miss", "One of the two must cost something; else no threshold is cheaper than another.")

    @property
    def costs(self) -> tuple[float, float] | None:
        """Of a false alarm and of a miss; None while one of them cannot be used."""
        found = self.cleaned_data
        return (found["false_alarm"], found["miss"]) if len(found) == len(self.fields) else None


class ColumnField(forms.ChoiceField):
    """The name of a column: offered in a list, or typed. Names there are none of are refused with the nearest one, by
    what checks them for every door.
    """

    def valid_value(self, _value: str) -> bool:
        return True


class TrainingForm(forms.Form):
    """What to predict, from what, judged how; the parameters of the method and a search for better ones are forms
    of their own.
    """

    target = ColumnField(label="Target column")
    task = forms.ChoiceField(
        label="Task", choices=[(Task.CLASSIFICATION, "One of several classes"), (Task.REGRESSION, "A number")]
    )
    features = forms.MultipleChoiceField(
        label="Columns to learn from", error_messages={"required": "Tick at least one column to learn from."}
    )
    algorithm = forms.ChoiceField(label="Method", choices=[(each.key, each.name) for each in all_algorithms()])
    validation = forms.ChoiceField(
        label="Judge on",
        choices=[("holdout", "Rows held back"), ("cv", "Every row, by cross-validation")],
        required=False,
        help_text="Cross-validation takes as many times longer as it has folds, and judges small tables better.",
    )
    train_percentage = forms.IntegerField(
        label="Share to learn from", initial=80, help_text="Percent of the rows; the rest test the model."
    )
    folds = forms.IntegerField(label="Folds", initial=5, required=False)
    repeats = forms.IntegerField(label="Repeats", initial=1, required=False)
    group_by = ColumnField(
        label="Keep together rows of one",
        required=False,
        help_text="Rows of one customer, patient or machine are then either learnt from or judged on, never both.",
    )
    order_by = ColumnField(
        label="Judge on the latest by",
        required=False,
        help_text="For what is to be foretold: the model learns from earlier rows and is judged on later ones.",
    )
    balanced = forms.BooleanField(
        label="Let each class weigh the same",
        required=False,
        help_text="Rare classes are found more often, at the price of more false alarms.",
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
        ordered = [(column.name, column.name) for column in columns if column.dtype in ORDERED]
        self.choose("target", names)
        self.choose("features", names)
        self.choose("metric", [(metric.key, metric.name) for metric in metrics_for(task)])
        self.choose("group_by", [("", "Not needed"), *names])
        self.choose("order_by", [("", "Not needed"), *ordered])
        if len(names) > MOST_LISTED:
            for name in ("group_by", "order_by"):
                self.fields[name].widget = forms.TextInput(attrs={"list": "column-names"})

        for field in self.fields.values():
            naming_itself(field)

    def choose(self, field: str, choices: list[tuple[str, str]]) -> None:
        """Set what may be chosen in a field."""
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    def wish(self, params: dict[str, Any], tuning: dict[str, Any] | None, steps: list[dict[str, Any]]) -> TrainingWish:
        """The valid answers, typed."""
        given = self.cleaned_data
        apart = {given["target"], given["group_by"], given["order_by"]}
        return TrainingWish(
            target=given["target"],
            algorithm=given["algorithm"],
            # The target's box may still be ticked from before it became the target.
            features=[name for name in given["features"] if name not in apart],
            task=given["task"],
            params=params,
            train_percentage=given["train_percentage"],
            metric=given["metric"],
            seed=given["seed"],
            name=given["name"],
            steps=steps,
            validation=self._validation(),
            group_by=given["group_by"] or None,
            order_by=given["order_by"] or None,
            class_weight="balanced" if given["balanced"] else None,
            tuning=tuning,
        )

    def _validation(self) -> Any:
        given = self.cleaned_data
        if given["validation"] != "cv":
            return "holdout"
        return {
            "cv": self.fields["folds"].initial if given["folds"] is None else given["folds"],
            "repeats": self.fields["repeats"].initial if given["repeats"] is None else given["repeats"],
        }


class ParamsForm(forms.Form):
    """One algorithm's parameters, a field each from its JSON Schema."""

    def __init__(self, data: Mapping[str, Any] | None, *, algorithm: Algorithm) -> None:
        super().__init__(data, prefix=algorithm.key)
        for name, schema in algorithm.params["properties"].items():
            self.fields[name] = field_for(schema)


class TuningForm(forms.Form):
    """Whether and how to search for better parameters of one algorithm: a range or choices for each."""

    search = forms.BooleanField(
        label="Search for better parameters",
        required=False,
        help_text="Tries many settings on folds of the rows to learn from, and keeps the best.",
    )
    method = forms.ChoiceField(
        label="How to search",
        choices=[
            ("bayesian", "Bayesian: each try learns from those before"),
            ("random", "At random"),
            ("grid", "Grid: every combination"),
        ],
        initial="bayesian",
    )
    trials = forms.IntegerField(label="Tries at most", initial=30)
    folds = forms.IntegerField(label="Folds of each try", initial=3)

    def __init__(self, data: Mapping[str, Any] | None, *, algorithm: Algorithm) -> None:
        super().__init__(data, prefix=f"tune-{algorithm.key}")
        self._params: dict[str, dict[str, Any]] = algorithm.params["properties"]
        for name, schema in self._params.items():
            self.fields |= _range_fields(name, schema, algorithm.search.get(name))
        for field in self.fields.values():
            naming_itself(field)

    @property
    def ranges(self) -> list[dict[str, Any]]:
        """What to show for each parameter: `title`, and its two `ends` and `log`, or `choices`, as bound fields."""
        found: list[dict[str, Any]] = []
        for name, schema in self._params.items():
            if f"{name}_choices" in self.fields:
                found.append({"title": schema["title"], "choices": self[f"{name}_choices"]})
            elif f"{name}_low" in self.fields:
                ends = [self[f"{name}_low"], self[f"{name}_high"]]
                found.append({"title": schema["title"], "ends": ends, "log": self[f"{name}_log"]})
        return found

    def wish(self) -> dict[str, Any] | None:
        """The valid answers as a training takes them; None when no search is wished for."""
        given = self.cleaned_data
        if not given["search"]:
            return None
        ranges = {name: found for name in self._params if (found := self._range(name))}
        return {"method": given["method"], "trials": given["trials"], "folds": given["folds"], "ranges": ranges}

    def field_of(self, attr: str) -> str:
        """The field that `attr` of a refusal ("tuning.trials", "tuning.ranges.C") is about."""
        name = attr.removeprefix("tuning.")
        param = name.removeprefix("ranges.")
        if f"{param}_low" in self.fields:
            return f"{param}_{self._end_at_fault(param)}"
        return next(each for each in (name, f"{param}_choices", "search") if each in self.fields)

    def title_of(self, attr: str) -> str:
        """What the parameter is called whose range `attr` of a refusal is about; empty for all else."""
        return str(self._params.get(attr.removeprefix("tuning.ranges."), {}).get("title", ""))

    def _end_at_fault(self, param: str) -> str:
        """Of a range that is refused, "high" if that alone is missing or out of bounds, else "low"."""
        least, most = (self._params[param][bound] for bound in ("minimum", "maximum"))
        ends = [self.cleaned_data.get(f"{param}_{end}") for end in ("low", "high")]
        sound = [end is not None and least <= end <= most for end in ends]
        return "high" if sound == [True, False] else "low"

    def _range(self, name: str) -> dict[str, Any] | None:
        given = self.cleaned_data
        if f"{name}_choices" in self.fields:
            chosen = [_value(self._params[name], each) for each in given[f"{name}_choices"]]
            return {"choices": chosen} if chosen else None
        low, high = given[f"{name}_low"], given[f"{name}_high"]
        if low is None and high is None:
            return None
        return {"low": low, "high": high, "log": given[f"{name}_log"]}


def as_sent(form: forms.Form) -> dict[str, Any]:
    """What a browser would send of a form that is left as it is."""
    return {
        form.add_prefix(name): field.prepare_value(form.get_initial_for_field(field, name))
        for name, field in form.fields.items()
    }


def _range_fields(name: str, schema: Mapping[str, Any], usual: Range | None) -> dict[str, forms.Field]:
    title = schema["title"]
    if "enum" in schema or schema["type"] == "boolean":
        options = schema.get("enum") or [True, False]
        box = forms.CheckboxSelectMultiple(attrs={"class": "choices__list"})
        chosen = [str(each) for each in usual.choices] if usual and usual.choices else []
        choices = [(str(each), str(each).replace("_", " ").capitalize()) for each in options]
        return {
            f"{name}_choices": forms.MultipleChoiceField(
                label=title, choices=choices, widget=box, required=False, initial=chosen
            )
        }
    if "minimum" not in schema:
        return {}
    end = {**schema, "type": [_number(schema), "null"], "description": "", "default": None}
    low, high = field_for({**end, "title": f"{title} from"}), field_for({**end, "title": f"{title} to"})
    low.initial, high.initial = (usual.low, usual.high) if usual else (None, None)
    log = forms.BooleanField(label="By its logarithm", required=False, initial=bool(usual and usual.log))
    return {f"{name}_low": low, f"{name}_high": high, f"{name}_log": log}


def _number(schema: Mapping[str, Any]) -> str:
    return "integer" if "integer" in schema["type"] else "number"


def _value(schema: Mapping[str, Any], word: str) -> Any:
    return next(each for each in schema.get("enum", [True, False]) if str(each) == word)
