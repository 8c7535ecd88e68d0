"""Which method a training takes, with its parameters, or the ranges to search for better ones."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from core.errors import InvalidInput, ProductError
from ml.algorithms.registry import Algorithm, all_algorithms
from ml.schema import Task
from training.forms import ParamsForm, TuningForm

USUAL_ALGORITHM = "random_forest"


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """The chosen method; only its forms are on the page."""

    key: str
    task: Task
    params: ParamsForm
    tuning: TuningForm

    def is_valid(self) -> bool:
        """Whether both forms can be used; those that were not sent are as they are by default."""
        params, tuning = (not form.is_bound or form.is_valid() for form in (self.params, self.tuning))
        return params and tuning

    @property
    def params_wish(self) -> dict[str, Any]:
        return self.params.cleaned_data if self.params.is_bound else {}

    @property
    def tuning_wish(self) -> dict[str, Any] | None:
        if self.tuning.is_bound:
            return self.tuning.wish()
        return {} if self.tuning["search"].value() else None  # as it is by default

    def refuse(self, error: ProductError) -> bool:
        """Show a refusal beside the field it names, if that is one of these; returns whether it is."""
        attr = (error.attr or "") if isinstance(error, InvalidInput) else ""
        form: ParamsForm | TuningForm = self.params
        name: str | None = attr.removeprefix("params.") if attr.startswith("params.") else None
        if attr.startswith("tuning"):
            form, name = self.tuning, self.tuning.field_of(attr) or "search"
        if name not in form.fields:
            return False
        form.add_error(name, error.detail)
        return True

    def context(self) -> dict[str, Any]:
        return {
            "algorithms": [
                {"key": each.key, "name": each.name, "description": each.description, "checked": each.key == self.key}
                for each in _able(self.task)
            ],
            "params_form": self.params,
            "tuning_form": self.tuning,
        }


def chosen_method(request: HttpRequest, task: Task) -> MethodChoice:
    """The method asked for with what was sent of its forms, or the usual one if it does not suit the task."""
    asked = (request.POST or request.GET).get("algorithm")
    able = {each.key: each for each in _able(task)}
    algorithm = able.get(asked or USUAL_ALGORITHM) or able[USUAL_ALGORITHM]
    return MethodChoice(
        key=algorithm.key,
        task=task,
        params=ParamsForm(_sent(request, algorithm.key), algorithm=algorithm),
        tuning=_tuning(request, algorithm),
    )


def _able(task: Task) -> list[Algorithm]:
    return [each for each in all_algorithms() if task in each.tasks]


def _tuning(request: HttpRequest, algorithm: Algorithm) -> TuningForm:
    """The search as sent; just ticked, it stands there with all that is tried by default."""
    sent = _sent(request, f"tune-{algorithm.key}")
    if sent and f"tune-{algorithm.key}-method" in sent:
        return TuningForm(sent, algorithm=algorithm)
    return TuningForm(None, algorithm=algorithm, initial={"search": sent is not None})


def _sent(request: HttpRequest, prefix: str) -> Any:
    """What was sent, if the form of this prefix was on the page."""
    return request.POST if any(name.startswith(f"{prefix}-") for name in request.POST) else None
