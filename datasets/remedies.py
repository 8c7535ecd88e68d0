"""The warnings about a version as pages show them: a sentence, and the way to do something about it."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from datasets import exploring
from datasets.models import DatasetVersion
from datasets.row_filters import RowLinks, as_text

MOST_COLUMNS = 50  # of one warning in one address

_STEPS = {
    "impute": "Fill the gaps",
    "mark_missing": "Take for missing",
    "clip_outliers": "Clip outliers",
    "rare_categories": "Put rare categories together",
}
# Training leaves these out by itself; what may be wrong about them is their type.
_LEFT_OUT_ANYWAY = {"id", "constant", "empty"}


@dataclass(frozen=True, slots=True)
class Advice:
    """One warning: `kind` of notice, what it says, and links that remedy it, the best one first."""

    code: str
    kind: str
    text: str
    columns: list[str]
    actions: list[dict[str, str]]


def advice_of(version: DatasetVersion, *, may_edit: bool, version_query: str = "") -> list[Advice]:
    """What to mind in a ready version before learning from it, most important first.

    People who may change nothing get the links that only look; `version_query` keeps these with an older version.
    """
    warnings = exploring.exploration_of(version)["warnings"]
    places = {column["name"]: place for place, column in enumerate(version.columns, start=1)}
    links = _Links(version, places, may_edit=may_edit, version_query=version_query)
    return [
        Advice(each["code"], each["severity"], each["detail"], each["columns"], links.of(each)) for each in warnings
    ]


@dataclass(frozen=True, slots=True)
class _Links:
    """Addresses within a version's dataset, for one person."""

    version: DatasetVersion
    places: dict[str, int]
    may_edit: bool
    version_query: str

    def of(self, warning: dict[str, Any]) -> list[dict[str, str]]:
        found = [self._remedy(warning)] if self.may_edit and warning["remedy"] else []
        return [link for link in [*found, self._look(warning)] if link is not None]

    def _remedy(self, warning: dict[str, Any]) -> dict[str, str] | None:
        remedy, code = warning["remedy"], warning["code"]
        columns = remedy["columns"][:MOST_COLUMNS]
        if code in _LEFT_OUT_ANYWAY or remedy["kind"] == "retype":
            return self._link("Correct the type", "datasets:column", columns[0]) if code != "empty" else None
        if label := _STEPS.get(remedy["kind"]):
            values = {"values": [as_text(value) for value in remedy["values"]]} if "values" in remedy else {}
            query = urlencode({"add": remedy["kind"], "columns": columns, **values}, doseq=True)
            address = reverse("datasets:steps", args=[self.version.dataset_id])
            return {"label": label, "url": f"{address}?{query}#form"}
        return self._train(columns)

    def _train(self, columns: list[str]) -> dict[str, str]:
        """The training page with these columns unticked."""
        words = "Train without it" if len(columns) == 1 else "Train without them"
        query = urlencode({"leave_out": columns}, doseq=True)
        return {"label": words, "url": f"{reverse('training:new', args=[self.version.dataset_id])}?{query}"}

    def _look(self, warning: dict[str, Any]) -> dict[str, str] | None:
        columns = warning["columns"]
        if warning["code"] == "disguised_missing":
            remedy = warning["remedy"] or {}
            if values := remedy.get("values"):
                return self._rows(columns[0], {"equals": as_text(values[0])})
        if warning["code"] == "mostly_missing":
            return self._rows(columns[0], {"missing": "1"}) if len(columns) == 1 else None
        if columns and warning["code"] in {"outliers", "far_dates", "huge_numbers", "near_copy", "rare_categories"}:
            return self._link(f"Look at {_short(columns[0])}", "datasets:column", columns[0])
        return None

    def _rows(self, column: str, asked: dict[str, str]) -> dict[str, str]:
        return {"label": "See these rows", "url": RowLinks(self.version, column, self.version_query).to(asked)}

    def _link(self, label: str, name: str, column: str) -> dict[str, str] | None:
        if column not in self.places:
            return None
        address = reverse(name, args=[self.version.dataset_id, self.places[column]])
        return {"label": label, "url": address + self.version_query}


def _short(name: str) -> str:
    return name if len(name) <= 30 else f"{name[:29]}…"
