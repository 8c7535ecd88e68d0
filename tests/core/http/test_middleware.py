from uuid import UUID

import pytest
import structlog
from django.http import HttpResponse
from django.test import Client, RequestFactory
from structlog.testing import capture_logs

from core.http.middleware import RequestIdMiddleware
from tests import factories


@pytest.mark.parametrize("offered", ["a", "req-42", "0" * 64, "550e8400-e29b-41d4-a716-446655440000"])
def test_a_sane_request_id_is_kept(client, offered):
    assert client.get("/live", headers={"X-Request-ID": offered})["X-Request-ID"] == offered


@pytest.mark.parametrize("offered", ["", " ", "a b", "a\nlevel=error", "é", "0" * 65, "<script>", "a=b", "../a"])
def test_another_request_id_is_replaced(client, offered):
    answer = client.get("/live", headers={"X-Request-ID": offered})

    assert str(UUID(answer["X-Request-ID"])) == answer["X-Request-ID"]


def test_each_request_has_an_id_of_its_own(client):
    assert client.get("/live")["X-Request-ID"] != client.get("/live")["X-Request-ID"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere", "/api/nowhere", "/api/auth/me", "/static/nowhere.css", "/api-docs.json"])
def test_every_answer_bears_the_request_id(client, path):
    assert client.get(path, headers={"X-Request-ID": "req-42"})["X-Request-ID"] == "req-42"


def test_log_lines_of_a_request_bear_its_id():
    def view(request):
        structlog.get_logger().info("seen", **structlog.contextvars.get_contextvars())
        return HttpResponse()

    request = RequestFactory().get("/", headers={"X-Request-ID": "req-42"})
    with capture_logs() as logs:
        RequestIdMiddleware(view)(request)

    assert logs == [{"event": "seen", "log_level": "info", "request_id": "req-42"}]
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize(
    "path", ["/api/projects", "/api/datasets/samples", "/api-docs", "/redoc", "/live", "/account", "/account/credits"]
)
@pytest.mark.parametrize("slash", ["", "/", "//"])
def test_a_get_is_served_with_and_without_its_slash(web, person, path, slash):
    assert web.get(path + slash).status_code == 200


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_query_survives_the_slash(api, project, slash):
    answer = api.get(f"/api/projects{slash}?search=nothing-like-it&page_size=7")

    assert (answer.status_code, answer.json()["count"]) == (200, 0)


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_post_keeps_its_body_with_and_without_its_slash(api, slash):
    answer = api.post(f"/api/workspaces{slash}", {"name": "Lab"})

    assert (answer.status_code, answer.json()["name"]) == (201, "Lab")


@pytest.mark.parametrize("slash", ["", "/"])
def test_patch_and_delete_work_with_and_without_their_slash(api, project, slash):
    address = f"/api/projects/{project.pk}{slash}"

    assert api.patch(address, {"name": "Renamed"}).json()["name"] == "Renamed"
    assert api.delete(address).status_code == 204


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_form_is_posted_with_and_without_its_slash(client, person, slash):
    answer = client.post(f"/sign-in{slash}", {"username": person.email, "password": factories.PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.django_db
def test_the_admin_keeps_djangos_own_slashes(client):
    answer = client.get("/admin/")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/admin/")


@pytest.mark.django_db
def test_the_admin_is_reached_without_its_slash(client):
    answer = client.get("/admin", follow=True)

    assert answer.redirect_chain[-1] == ("/admin/login/?next=/admin", 302)


@pytest.mark.django_db
def test_a_nul_in_an_address_is_no_error(web, project):
    client = Client(raise_request_exception=False)
    client.cookies = web.cookies

    assert client.get(f"/projects/{project.pk}%00").status_code == 404
