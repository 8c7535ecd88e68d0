import pytest
from rest_framework.test import APIClient

from tests.factories import refused

LOGIN = "/api/auth/login"
SURROGATE = r"\ud800"


def post(body: str | bytes, content_type: str = "application/json"):
    return APIClient(raise_request_exception=False).post(LOGIN, data=body, content_type=content_type)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        pytest.param("[" * 20_000, id="deep"),
        pytest.param("[" * 20_000 + "]" * 20_000, id="deep and closed"),
        pytest.param('{"a":' * 20_000 + "1" + "}" * 20_000, id="deep objects"),
        pytest.param(f'"{SURROGATE}"', id="lone surrogate"),
        pytest.param(f'{{"email": "{SURROGATE}", "password": "x"}}', id="lone surrogate in a value"),
        pytest.param(f'{{"{SURROGATE}": 1}}', id="lone surrogate in a name"),
        pytest.param(f'{{"email": ["a", {{"b": "{SURROGATE}"}}]}}', id="lone surrogate deep inside"),
        pytest.param('{"email": NaN}', id="NaN"),
        pytest.param('{"email": Infinity}', id="Infinity"),
        pytest.param('{"email": 1e400}', id="beyond every double"),
        pytest.param('{"email": "a", "email": "b"}', id="a name twice"),
        pytest.param('{"email": {"a": [{"b": 1, "b": 1}]}}', id="a name twice deep inside"),
        pytest.param('{"email": -Infinity}', id="-Infinity"),
        pytest.param(f'{{"email": {"9" * 5_000}}}', id="endless digits"),
        pytest.param(b'{"email": "\xff\xfe"}', id="not UTF-8"),
        pytest.param('{"email": "a"', id="cut short"),
        pytest.param("email=a", id="no JSON"),
    ],
)
def test_json_that_cannot_be_read_is_refused(body):
    answer = post(body)

    assert refused(answer) == (400, "parse_error", None)
    assert answer.json()["type"] == "client_error"


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["[]", "null", "1", '"text"', "[1e400]"])
def test_json_that_is_no_object_is_refused(body):
    assert post(body).status_code == 400


@pytest.mark.django_db
def test_an_empty_body_names_what_is_missing():
    answer = post("")

    assert answer.status_code == 400
    assert [error["attr"] for error in answer.json()["errors"]] == ["email", "password"]


@pytest.mark.django_db
def test_an_escaped_pair_of_surrogates_is_a_letter_like_any_other(api):
    answer = api.patch("/api/auth/me", data=r'{"full_name": "Ada \ud83d\ude00"}', content_type="application/json")

    assert (answer.status_code, answer.json()["full_name"]) == (200, "Ada 😀")


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["zlib", "bz2", "hex", "rot13", "undefined", "unicode_escape", "utf-16", "no-such"])
def test_json_is_utf_8_whatever_its_header_says(charset, person):
    body = b'{"email": "nobody@example.org", "password": "x"}'

    assert post(body, f"application/json; charset={charset}").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/octet-stream", ""])
def test_another_kind_of_body_is_refused(content_type):
    assert refused(post("x", content_type or "nonsense"))[:2] == (415, "unsupported_media_type")
