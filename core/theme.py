"""Light, dark, or as the system has it: kept in a cookie so that the first paint is right."""

from django.http import HttpRequest

COOKIE = "theme"
THEMES = ("system", "light", "dark")


def theme_of(request: HttpRequest) -> str:
    """The person's choice, `system` if they made none."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else "system"
