"""One table: its rows under the profiles of their columns; each bar of a profile shows the rows behind it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode

from core.errors import InvalidInput
from datasets import queries
from datasets.models import DatasetVersion
from datasets.remedies import advice_of
from datasets.row_filters import RowFilter, bar_filter, row_filter
from datasets.views.frame import Face, face
from ml.schema import NUMERIC

COLUMNS_A_PAGE = 12  # their heads are charts of links: more would make the page heavy
NOTICES_SHOWN = 3


@login_required
def dataset_detail(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    if bar := request.GET.get("bar"):
        return _rows_behind(request, dataset_id, bar)
    shown = face(request, dataset_id, "preview")
    version = shown.version
    if not version.is_ready:
        return render(request, "datasets/preview.html", shown.context)
    try:
        filtered, refusal = row_filter(request.GET, version.profile), ""
        table = _table(request, version, filtered)
    except InvalidInput as error:
        filtered, refusal = None, error.detail
        table = _table(request, version, None)
    context = {**shown.context, **_notices(shown), **table, "refusal": refusal}
    return render(request, "datasets/preview.html", context, status=400 if refusal else 200)


def _rows_behind(request: HttpRequest, dataset_id: UUID, bar: str) -> HttpResponse:
    """From a bar's short address, of which a page has hundreds, to one that says what is asked.

    The short one is `<column>.<bar>`, or `<version>@<column>.<bar>` where an older version is looked at.
    """
    at, _, part = bar.partition(".")
    number, _, place = at.rpartition("@")
    wanted = int(number) if number.isdecimal() and len(number) < 9 else None
    version = face(request, dataset_id, "preview", version_number=wanted).version
    asked: dict[str, str] = {}
    if version.is_ready and place.isdecimal() and len(place) < 6 and int(place) < len(version.profile):
        asked = bar_filter(version.profile[int(place)], part) or {}
        page = int(place) // COLUMNS_A_PAGE + 1
        asked |= {"columns": str(page)} if page > 1 else {}
    asked |= {"version": str(wanted)} if wanted else {}
    return HttpResponseRedirect(f"{request.path}?{urlencode(asked)}#rows" if asked else request.path)


def _table(request: HttpRequest, version: DatasetVersion, filtered: RowFilter | None) -> dict[str, Any]:
    """One page of rows and of columns; only those rows are read from disk."""
    search = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    where = filtered.where if filtered else None
    columns = Paginator(version.described(), COLUMNS_A_PAGE).get_page(request.GET.get("columns"))
    first, last = max(columns.start_index() - 1, 0), columns.end_index()
    total = queries.count_of(version, where=where, search=search)
    page = Paginator(range(total), queries.PREVIEWED_ROWS).get_page(request.GET.get("page"))
    offset = max(page.start_index() - 1, 0)
    rows = queries.rows_of(version, offset=offset, limit=queries.PREVIEWED_ROWS, where=where, search=search)
    bars = f"?bar={version.number}@" if "version" in request.GET else "?bar="
    return {
        "columns": [
            {"column": column, "profile": profile, "position": place, "bars": f"{bars}{place - 1}."}
            for place, (column, profile) in enumerate(columns, start=first + 1)
        ],
        "column_page": columns if columns.has_other_pages() else None,
        "right": [place for place, (column, _) in enumerate(columns, start=1) if column.dtype in NUMERIC],
        "page_obj": page,
        "rows": [row[first:last] for row in rows],
        "q": search,
        "filtered": filtered,
        "kept": _kept(request, "version", "columns"),
        "without_filter": _query(request, "version", "columns", "q"),
        "without_search": _query(request, "version", "columns", *(filtered.asked if filtered else ())),
    }


def _notices(shown: Face) -> dict[str, Any]:
    """The first few things to mind, and how many more the page of quality has."""
    advice = advice_of(shown.version, may_edit=shown.context["may_edit"], version_query=shown.context["version_query"])
    weighty = [each for each in advice if each.kind == "warning"]
    return {"advice": weighty[:NOTICES_SHOWN], "more_advice": len(advice) - len(weighty[:NOTICES_SHOWN])}


def _kept(request: HttpRequest, *names: str) -> list[tuple[str, str]]:
    return [(name, request.GET[name]) for name in names if request.GET.get(name)]


def _query(request: HttpRequest, *names: str) -> str:
    """The present address with these parameters only."""
    query = QueryDict(mutable=True)
    query.update(dict(_kept(request, *names)))
    return f"?{query.urlencode()}"
