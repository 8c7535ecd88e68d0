import sqlite3

import pytest
from django import forms
from django.db import OperationalError
from django.test import Client
from django.urls import include, path
from rest_framework.test import APIClient
from rest_framework.views import APIView

from core import errors
from core.http.errors import add_to_form, form_page, status_of
from core.http.unavailable import unavailable
from mlplatform.urls import handler404, handler500  # noqa: F401 -- what Django looks for beside urlpatterns


class Teapot(errors.ProductError):
    """A kind of error that no status is named for."""


class StaleInput(errors.InvalidInput):
    """A kind of invalid input."""


RAISED = {
    "invalid": errors.InvalidInput("target", "There is no such column."),
    "invalid-nested": errors.InvalidInput("features.Age", "This is no number.", code="not_a_number"),
    "invalid-whole": errors.InvalidInput(None, "This does not fit together."),
    "credits": errors.InsufficientCredits("This costs 5 credits and you have 1."),
    "forbidden": errors.Forbidden("As viewer you may not do this."),
    "unseen": errors.NotFound(),
    "conflict": errors.Conflict("The job has ended.", code="job_ended"),
    "endless": errors.LengthRequired("Say how long the body is."),
    "large": errors.TooLarge("The file is larger than the limit."),
    "teapot": Teapot("I am a teapot."),
    "bug": RuntimeError("secret detail"),
    "unavailable": OperationalError("unable to open database file"),
}


class Failing(APIView):
    permission_classes = []

    def get(self, request, kind):
        raise RAISED[kind]


def failing_page(request, kind):
    raise RAISED[kind]


urlpatterns = [
    path("api/fail/<kind>", Failing.as_view()),
    path("fail/<kind>", failing_page),
    path("", include("mlplatform.urls")),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

CLIENT, VALIDATION = "client_error", "validation_error"


@pytest.mark.parametrize(
    ("kind", "status", "type_", "code", "attr", "detail"),
    [
        ("invalid", 400, VALIDATION, "invalid", "target", "There is no such column."),
        ("invalid-nested", 400, VALIDATION, "not_a_number", "features.Age", "This is no number."),
        ("invalid-whole", 400, VALIDATION, "invalid", None, "This does not fit together."),
        ("credits", 402, CLIENT, "insufficient_credits", None, "This costs 5 credits and you have 1."),
        ("forbidden", 403, CLIENT, "permission_denied", None, "As viewer you may not do this."),
        ("unseen", 404, CLIENT, "not_found", None, "There is nothing here, or nothing you may see."),
        ("conflict", 409, CLIENT, "job_ended", None, "The job has ended."),
        ("endless", 411, CLIENT, "length_required", None, "Say how long the body is."),
        ("large", 413, CLIENT, "too_large", None, "The file is larger than the limit."),
        ("teapot", 400, CLIENT, "error", None, "I am a teapot."),
    ],
)
def test_a_product_error_has_its_status_and_the_one_body(kind, status, type_, code, attr, detail):
    answer = APIClient().get(f"/api/fail/{kind}")

    assert answer.status_code == status
    assert answer.json() == {"type": type_, "errors": [{"code": code, "detail": detail, "attr": attr}]}


def test_a_bug_is_answered_without_its_words():
    answer = APIClient(raise_request_exception=False).get("/api/fail/bug")

    assert answer.status_code == 500
    assert answer.json()["type"] == "server_error"
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("invalid", 400),
        ("credits", 402),
        ("forbidden", 403),
        ("unseen", 404),
        ("conflict", 409),
        ("endless", 411),
        ("large", 413),
    ],
)
def test_a_product_error_of_a_page_is_a_page(kind, status):
    answer = Client().get(f"/fail/{kind}")

    assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert answer.context["detail"] == RAISED[kind].detail


def test_a_database_that_cannot_be_asked_is_said_in_the_one_body():
    answer = APIClient(raise_request_exception=False).get("/api/fail/unavailable")

    assert answer.status_code == 503
    assert answer.json()["type"] == "server_error"
    assert answer.json()["errors"] == [{"code": "unavailable", "detail": errors.Unavailable().detail, "attr": None}]


def test_a_page_without_its_database_says_so():
    answer = Client(raise_request_exception=False).get("/fail/unavailable")

    assert (answer.status_code, answer["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert "its database cannot be reached" in answer.content.decode()


def test_a_mistake_in_a_statement_is_a_bug():
    mistake = OperationalError("no such table: secret")
    mistake.__cause__ = sqlite3.OperationalError()
    mistake.__cause__.sqlite_errorname = "SQLITE_ERROR"

    assert unavailable(mistake) is None


def test_a_bug_of_a_page_is_a_page_without_its_words():
    answer = Client(raise_request_exception=False).get("/fail/bug")

    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()


def test_a_subclass_has_the_status_of_its_kind():
    assert status_of(StaleInput("target", "Stale.")) == 400
    assert status_of(errors.ProductError("Anything.")) == 400


def test_an_error_says_its_own_words_when_none_are_given():
    error = errors.InsufficientCredits()

    assert (error.detail, error.code, str(error)) == (
        "There are not enough credits for this.",
        "insufficient_credits",
        "There are not enough credits for this.",
    )


class WishForm(forms.Form):
    target = forms.CharField()


@pytest.mark.parametrize(
    ("error", "place"),
    [
        (errors.InvalidInput("target", "No."), "target"),
        (errors.InvalidInput("target.0", "No."), "target"),
        (errors.InvalidInput("elsewhere", "No."), "__all__"),
        (errors.InvalidInput(None, "No."), "__all__"),
        (errors.Conflict("No."), "__all__"),
    ],
)
def test_a_refusal_is_shown_beside_its_field_or_above_the_form(error, place):
    form = WishForm({"target": "x"})

    add_to_form(form, error)

    assert form.errors == {place: ["No."]}


def test_a_form_says_a_broken_rule_of_its_own_label():
    forms_ = WishForm({"target": "x"}), WishForm({"target": "x"})
    error = errors.InvalidInput("wish.goal", "wish.goal must be a column.", rule="must be a column.")

    add_to_form(forms_[0], error, field="target")
    add_to_form(forms_[1], error, field="target", label="What to predict")

    assert forms_[0].errors == {"target": ["Target must be a column."]}
    assert forms_[1].errors == {"target": ["What to predict must be a column."]}


def test_a_page_with_a_form_has_the_status_of_what_became_of_it(rf):
    def answer(request, refusal=None):
        form = WishForm(request.POST or None)
        if refusal:
            add_to_form(form, refusal)
        shown = form_page(request, "components/form_errors.html", form)
        return shown.status_code, shown.get("Retry-After")

    sent = rf.post("/", {"target": "x"})
    assert answer(rf.get("/")) == (200, None)
    assert answer(rf.post("/")) == (400, None)
    assert answer(sent, errors.InvalidInput("target", "No.")) == (400, None)
    assert answer(sent, errors.Conflict("No.")) == (409, None)
    assert answer(sent, errors.TooManyRequests("No.", retry_after_s=7)) == (429, "7")
