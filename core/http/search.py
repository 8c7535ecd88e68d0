"""`?search=` of every API list."""

from rest_framework.filters import SearchFilter
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
