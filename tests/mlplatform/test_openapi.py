import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import OpenAPIV30SpecValidator

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document():
    return SchemaGenerator().get_schema(request=None, public=True)


def api_routes(patterns=None, prefix="") -> set[str]:
    """Every address of the URLconf under /api/, with `{name}` for what varies."""
    found = set()
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(each.pattern))
        found |= {f"/{route}"} if isinstance(each, URLPattern) else api_routes(each.url_patterns, route)
    return {route for route in found if route.startswith("/api/")}


def test_document_is_valid(document):
    assert list(OpenAPIV30SpecValidator(document).iter_errors()) == []


def test_document_lists_every_route(document):
    listed = {re.sub(r"\{id\}", "{pk}", path) for path in document["paths"]}

    assert listed == {re.sub(r"\{id\}", "{pk}", path) for path in api_routes()}
    assert len(listed) > 25


def test_document_is_made_without_a_warning(capsys):
    GENERATOR_STATS.reset()

    SchemaGenerator().get_schema(request=None, public=True)

    assert (list(GENERATOR_STATS._warn_cache), list(GENERATOR_STATS._error_cache)) == ([], [])
    assert capsys.readouterr().err == ""


def test_every_operation_says_what_it_does_and_how_it_refuses(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), f"{method} {path}"
            assert "400" in operation["responses"], f"{method} {path}"


def test_document_is_served_as_json(document):
    answer = Client().get("/api-docs.json")

    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.")
    assert set(answer.json()["paths"]) == set(document["paths"])


@pytest.mark.parametrize("page", ["/api-docs", "/redoc"])
def test_pages_of_the_document_come_from_this_host_alone(page):
    answer = Client().get(page)
    source = answer.content.decode()

    addresses = re.findall(r"""(?:src|href|action|data-\w+)=["']([^"']*)""", source)
    hosts = {urlsplit(address).netloc for address in [*addresses, *re.findall(r"https?://[^\s\"'<]+", source)]}
    assert (answer.status_code, hosts - {"", "testserver"}) == (200, set())
    assert any(address.endswith(".js") for address in addresses)
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


def test_script_of_the_document_names_no_other_host():
    script = Client().get("/api-docs?script=").content.decode()

    assert r'url: "/api\u002Ddocs.json"' in script
    assert not re.search(r"https?://(?!testserver)", script)
