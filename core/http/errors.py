"""The one place that makes HTTP of a product error: an API answer, or a page."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions as drf

from core import errors
from core.http.overtaken import overtaken
from core.http.unavailable import unavailable

STATUSES: dict[type[errors.ProductError], int] = {
    errors.InvalidInput: 400,
    errors.SignedOut: 401,
    errors.InsufficientCredits: 402,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.LengthRequired: 411,
    errors.TooLarge: 413,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
    errors.OutOfSpace: 507,
}


BEARER = 'Bearer realm="api"'


def status_of(error: errors.ProductError) -> int:
    """The HTTP status of a product error."""
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 400)


class ProductExceptionHandler(ExceptionHandler):
    """Teaches drf-standardized-errors the product's own errors."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        exc = unavailable(exc) or overtaken(self.context["request"], exc) or exc
        if isinstance(exc, errors.InvalidInput):
            detail = drf.ErrorDetail(exc.detail, code=exc.code)
            return drf.ValidationError({exc.attr: [detail]} if exc.attr else [detail])
        if isinstance(exc, RequestDataTooBig):
            most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1024**2
            exc = errors.TooLarge(f"Without a file, a request has at most {most:,.3g} MB.")
        elif isinstance(exc, SuspiciousOperation):  # too many fields, a frame that is none
            return drf.ParseError(str(exc))
        if isinstance(exc, errors.ProductError):
            answer = drf.APIException(exc.detail, code=exc.code)
            answer.status_code = status_of(exc)
            if isinstance(exc, errors.SignedOut):
                answer.auth_header = BEARER  # type: ignore[attr-defined]
            if isinstance(exc, errors.TooManyRequests):
                answer.wait = exc.retry_after_s  # type: ignore[attr-defined]  # DRF makes Retry-After of it
            return answer
        if isinstance(exc, drf.AuthenticationFailed) and isinstance(exc.detail, dict):
            # A token's refusal comes as a dict, whose keys would be told as fields of the body.
            exc.detail = drf.ErrorDetail(str(exc.detail["detail"]), code=str(exc.detail["code"]))
        return super().convert_known_exceptions(exc)


def error_response(request: HttpRequest, error: errors.ProductError) -> HttpResponse:
    """The answer to an error met outside DRF: a page that says what to do next, JSON for a program."""
    status = status_of(error)
    if is_api(request):
        return error_json(status, error.code, error.detail)
    if isinstance(error, errors.SignedOut):
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
    context = {"status": status, "detail": error.detail}
    response = render(request, [f"errors/{status}.html", "errors/error.html"], context, status=status)
    return _with_time_to_return(response, error)


def is_api(request: HttpRequest) -> bool:
    """Whether a program is asking."""
    return request.path.startswith("/api/")


def error_json(status: int, code: str, detail: str) -> JsonResponse:
    """The contract's form of one error, where DRF is not there to make it."""
    kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "client_error"
    return JsonResponse({"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}]}, status=status)


def add_to_form(form: forms.BaseForm, error: errors.ProductError, *, field: str | None = None, label: str = "") -> None:
    """Show a service's refusal beside the field it names, by the label that field has; else above the form.

    `field` is where the form has what `attr` names under another name, `label` what it is called if not by its own.
    """
    form.refusal = error  # type: ignore[attr-defined]  # for `form_page`
    name = field or (getattr(error, "attr", None) or "").split(".")[0]
    if name not in form.fields:
        form.add_error(None, error.detail)
    elif isinstance(error, errors.InvalidInput):
        form.add_error(name, error.said_of(label or str(form[name].label)))
    else:
        form.add_error(name, error.detail)


def form_page(request: HttpRequest, template: str, form: forms.BaseForm, **context: Any) -> HttpResponse:
    """A page with a form on it: 200 to whoever looks at it, 400 or a refusal's own status to whoever sent it."""
    refusal = getattr(form, "refusal", None)
    status = 200
    if request.method == "POST":
        status = status_of(refusal) if refusal else 400
    response = render(request, template, {"form": form, **context}, status=status)
    return _with_time_to_return(response, refusal)


def _with_time_to_return(response: HttpResponse, error: errors.ProductError | None) -> HttpResponse:
    """The response, which to those who came too often says when to come back."""
    if isinstance(error, errors.TooManyRequests):
        response["Retry-After"] = str(error.retry_after_s)
    return response
