import pytest
from django.test import RequestFactory

from core.theme import theme_of


def asking(**cookies: str):
    request = RequestFactory().get("/")
    request.COOKIES.update(cookies)
    return request


@pytest.mark.parametrize("theme", ["system", "light", "dark"])
def test_the_theme_is_the_persons_choice(theme):
    assert theme_of(asking(theme=theme)) == theme


@pytest.mark.parametrize("cookies", [{}, {"theme": ""}, {"theme": "DARK"}, {"theme": "<script>"}, {"colour": "dark"}])
def test_the_theme_is_the_systems_without_a_choice_there_is(cookies):
    assert theme_of(asking(**cookies)) == "system"
