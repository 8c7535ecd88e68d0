"""What every list page does with its address: search, sort, pages."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, with the search and order that made it; templates read it field by field."""

    page_obj: Page[Any]
    q: str
    sort: str

    def context(self) -> dict[str, Any]:
        return {"page_obj": self.page_obj, "q": self.q, "sort": self.sort}


def listing(
    request: HttpRequest, rows: QuerySet[Any], *, search: list[str], sorts: dict[str, str], default: str
) -> Listing:
    """The page of `rows` that the address asks for.

    `sorts` maps the names allowed in `?sort=` (with a leading minus: descending) to fields; anything else is `default`.
    """
    q = request.GET.get("q", "").replace("\x00", "").strip()[:200]  # PostgreSQL knows no NUL
    if q:
        terms = Q()
        for field in search:
            terms |= Q(**{f"{field}__icontains": q})
        rows = rows.filter(terms)
    sort = request.GET.get("sort", "")
    if sort.removeprefix("-") not in sorts:
        sort = default
    field, minus = sorts[sort.removeprefix("-")], "-" if sort.startswith("-") else ""
    rows = rows.order_by(f"{minus}{field}", f"{minus}pk")  # both one way, so that one index serves them
    return Listing(Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")), q, sort)
