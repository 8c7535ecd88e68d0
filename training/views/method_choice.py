"""Which method a training takes, with its parameters, or the ranges to search for better ones."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from core.errors import InvalidInput, ProductError
from core.http.errors import add_to_form
from ml.algorithms.registry import Algorithm, all_algorithms
from ml.schema import Task
from training.forms import ParamsForm, TuningForm, as_sent

USUAL_ALGORITHM = "random_forest"


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """The chosen method; only its forms are on the page."""

    key: str
    task: Task
    params: ParamsForm
    tuning: TuningForm

    def is_valid(self) -> bool:
        """Whether both forms can be used; both are checked, so that every error shows at once."""
        return self.params.is_valid() & self.tuning.is_valid()

    @property
    def params_wish(self) -> dict[str, Any]:
        return self.params.cleaned_data

    @property
    def tuning_wish(self) -> dict[str, Any] | None:
        return self.tuning.wish()

    def refuse(self, error: ProductError) -> bool:
        """Show a refusal beside the field it names, if that is one of these; returns whether it is."""
        attr = (error.attr or "") if isinstance(error, InvalidInput) else ""
        if attr.startswith("tuning"):
            add_to_form(self.tuning, error, field=self.tuning.field_of(attr), label=self.tuning.title_of(attr))
        elif attr.startswith("params."):
            add_to_form(self.params, error, field=attr.removeprefix("params."))
        else:
            return False
        return True

    def context(self) -> dict[str, Any]:
        return {
            "algorithms": [
                {"key": each.key, "name": each.name, "description": each.description, "checked": each.key == self.key}
                for each in _able(self.task)
            ],
            "method_key": self.key,
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
        params=_params(request, algorithm),
        tuning=_tuning(request, algorithm),
    )


def _able(task: Task) -> list[Algorithm]:
    return [each for each in all_algorithms() if task in each.tasks]


def _params(request: HttpRequest, algorithm: Algorithm) -> ParamsForm:
    """The parameters as sent; those of a method just chosen as they are by default."""
    usual = ParamsForm(None, algorithm=algorithm)
    if request.method != "POST":
        return usual
    was_shown = request.POST.get("shown_method") == algorithm.key
    return ParamsForm(request.POST if was_shown else as_sent(usual), algorithm=algorithm)


def _tuning(request: HttpRequest, algorithm: Algorithm) -> TuningForm:
    """The search as sent; just ticked, it stands there with all that is tried by default."""
    usual = TuningForm(None, algorithm=algorithm)
    if request.method != "POST":
        return usual
    if usual.add_prefix("method") in request.POST:
        return TuningForm(request.POST, algorithm=algorithm)
    ticked = usual.add_prefix("search")
    return TuningForm(as_sent(usual) | {ticked: ticked in request.POST}, algorithm=algorithm)
