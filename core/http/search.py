"""`?search=` of every API list, and `?ordering=` of those that no database holds."""

from operator import attrgetter
from typing import Any

from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.request import Request

from core.errors import InvalidInput

MAX_LENGTH = 200  # each word is a condition on each field, and databases take only so many


class Search(SearchFilter):
    """DRF's own, for terms of a sane length."""

    def get_search_terms(self, request: Request) -> list[str]:
        """The words to look for; raises InvalidInput naming the parameter."""
        if len(request.query_params.get(self.search_param, "")) > MAX_LENGTH:
            raise InvalidInput(self.search_param, f"Search for at most {MAX_LENGTH} characters.")
        terms: list[str] = super().get_search_terms(request)
        return terms


class SearchInMemory(Search):
    """The same of rows that no database holds: each word in any of the view's `search_fields`, in any case."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        words = [word.casefold() for word in self.get_search_terms(request)]
        texts = [(row, [str(getattr(row, name)).casefold() for name in view.search_fields]) for row in queryset]
        return [row for row, told in texts if all(any(word in text for text in told) for word in words)]


class OrderingInMemory(OrderingFilter):
    """DRF's own, of rows that no database holds."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        rows = list(queryset)
        for field in reversed(self.get_ordering(request, queryset, view) or []):
            rows.sort(key=attrgetter(field.removeprefix("-")), reverse=field.startswith("-"))
        return rows
