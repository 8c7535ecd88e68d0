import pytest
from rest_framework.test import APIClient

from tests.factories import refused

pytestmark = pytest.mark.django_db


def test_json_beyond_the_limit_is_too_large():
    answer = APIClient().post("/api/auth/login", {"email": "a@example.org", "password": "x" * 11_000_000})

    assert refused(answer) == (413, "too_large", None)


def test_a_form_of_too_many_fields_is_refused():
    form = {f"f{number}": "1" for number in range(6_000)}
    answer = APIClient().post("/api/auth/login", form, format="multipart")

    assert refused(answer) == (400, "parse_error", None)
