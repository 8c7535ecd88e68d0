"""The one place that makes HTTP of a product error: an API answer, or a page."""

from http import HTTPStatus

from django import forms
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions as drf

from core import errors

STATUSES: dict[type[errors.ProductError], int] = {
    errors.InvalidInput: 400,
    errors.InsufficientCredits: 402,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.LengthRequired: 411,
    errors.TooLarge: 413,
    errors.TooManyRequests: 429,
    errors.OutOfSpace: 507,
}


def status_of(error: errors.ProductError) -> int:
    """The HTTP status of a product error."""
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 400)


class ProductExceptionHandler(ExceptionHandler):
    """Teaches drf-standardized-errors the product's own errors."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
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
    context = {"status": status, "detail": error.detail}
    response = render(request, [f"errors/{status}.html", "errors/error.html"], context, status=status)
    if isinstance(error, errors.TooManyRequests):
        response["Retry-After"] = str(error.retry_after_s)
    return response


def is_api(request: HttpRequest) -> bool:
    """Whether a program is asking."""
    return request.path.startswith("/api/")


def error_json(status: int, code: str, detail: str) -> JsonResponse:
    """The contract's form of one error, where DRF is not there to make it."""
    kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "client_error"
    return JsonResponse({"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}]}, status=status)


def add_to_form(form: forms.BaseForm, error: errors.ProductError) -> None:
    """Show a service's refusal beside the field it names, or above the form."""
    attr = (getattr(error, "attr", None) or "").split(".")[0]
    form.add_error(attr if attr in form.fields else None, error.detail)
