"""Which columns a training learns from: ticked on a page of them at a time, all others as suggested."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest

from datasets.exploring import relations_by_column
from datasets.models import DatasetVersion
from ml.schema import Column, Role, Task

COLUMNS_A_PAGE = 16
FIRST_TICKS = ("all", "none", "suggested")

Relations = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ColumnsChoice:
    """The columns of a version with what is ticked.

    Suggested are features that do not know the answer. `first` are the columns that are ticked to begin with:
    "suggested", "all" or "none"; `added` and `left_out` are where a person decided otherwise.
    """

    version: DatasetVersion
    target: Column | None
    relations: Relations
    added: frozenset[str]
    left_out: frozenset[str]
    page: int
    first: str = "suggested"

    @property
    def names(self) -> list[str]:
        """The ticked columns, in the table's order; names the table does not have come last, to be refused."""
        columns = self._offered()
        known = {column.name for column in columns}
        return [each.name for each in columns if self._is_ticked(each)] + sorted(self.added - known - self._target_name)

    def context(self) -> dict[str, Any]:
        """What the block of columns shows."""
        pages = Paginator(self._offered(), COLUMNS_A_PAGE)
        here = pages.get_page(self.page)
        shown = {column.name for column in here}
        profiles = {column.name: profile for column, profile in self.version.described() if column.name in shown}
        ticked = self.names
        return {
            "columns": [self._row(column, profiles[column.name]) for column in here],
            "column_page": here,
            "first_ticks": self.first,
            "added_elsewhere": sorted(self.added - shown - self._target_name),
            "left_out_elsewhere": sorted(self.left_out - shown - self._target_name),
            "ticked": len(ticked),
            "ticked_elsewhere": len({*ticked} - shown),
            "has_signal": bool(self.relations),
        }

    @property
    def _target_name(self) -> set[str]:
        return {self.target.name} if self.target else set()

    def _offered(self) -> list[Column]:
        return [column for column in self.version.schema if column != self.target]

    def _is_ticked(self, column: Column) -> bool:
        if _is_ticked_first(self.first, column, self.relations):
            return column.name not in self.left_out
        return column.name in self.added

    def _row(self, column: Column, profile: Any) -> dict[str, Any]:
        relation = self.relations.get(column.name, {})
        leak = relation.get("leak")
        return {
            "column": column,
            "profile": profile,
            "signal": relation.get("gini"),
            "leak": leak,
            "leak_reason": relation.get("detail", "") if leak else "",
            "checked": self._is_ticked(column),
        }


def chosen_columns(request: HttpRequest, version: DatasetVersion, target: Column | None, task: Task) -> ColumnsChoice:
    """The choice as a page was sent with it, seen for this target; `?leave_out=` begins with fewer columns.

    What was sent is a page of boxes, made for the target and task named in `shown_target` and `shown_task`, and
    where the pages beside it differ from what was ticked first; `tick` begins anew, on all pages.
    """
    relations = _relations(version, target, task)
    if request.method != "POST":
        left_out = frozenset(request.GET.getlist("leave_out"))
        return ColumnsChoice(version, target, relations, frozenset(), left_out, page=1)
    sent = request.POST
    page = _page(sent.get("shown_page"))
    if sent.get("tick") in FIRST_TICKS:
        return ColumnsChoice(version, target, relations, frozenset(), frozenset(), page or 1, first=sent["tick"])
    first = sent["first_ticks"] if sent.get("first_ticks") in FIRST_TICKS else "suggested"
    before = {column.name: column for column in version.schema}.get(sent.get("shown_target", ""))
    was, told = target, relations
    if before is not None and (before != target or sent.get("shown_task") != task):
        known_task = sent.get("shown_task") in set(Task)
        was, told = before, _relations(version, before, Task(sent["shown_task"]) if known_task else task)
    offered = [column for column in version.schema if column != was]
    shown = Paginator(offered, COLUMNS_A_PAGE).get_page(page) if page else offered
    ticked = set(sent.getlist("features"))
    offered_ticked = {column.name for column in shown if _is_ticked_first(first, column, told)}
    return ColumnsChoice(
        version,
        target,
        relations,
        added=frozenset({*sent.getlist("added"), *ticked} - offered_ticked),
        left_out=frozenset({*sent.getlist("left_out"), *(offered_ticked - ticked)}),
        page=_page(sent.get("to_page")) or page or 1,
        first=first,
    )


def _relations(version: DatasetVersion, target: Column | None, task: Task) -> Relations:
    return relations_by_column(version, target.name, task) if target else {}


def _is_ticked_first(first: str, column: Column, relations: Relations) -> bool:
    return first == "all" or (first == "suggested" and _is_suggested(column, relations))


def _is_suggested(column: Column, relations: Relations) -> bool:
    return column.role is Role.FEATURE and relations.get(column.name, {}).get("leak") != "exclude"


def _page(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else 0
