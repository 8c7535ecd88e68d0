"""What happens around every request: its id, its trailing slash, and product errors turned into pages."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from core.errors import ProductError
from core.http.errors import error_response, is_api
from core.http.overtaken import overtaken
from core.http.uploads import receive_form, refuse_oversized_body

GetResponse = Callable[[HttpRequest], HttpResponse]

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
ADMIN, STATIC = "/admin", "/static/"  # Django's own: every address of the admin ends in a slash, no file does


class RequestIdMiddleware:
    """Give each request an id (the caller's own, if sane) and put it on the answer and on every log line."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        request_id = offered if SANE_REQUEST_ID.fullmatch(offered) else str(uuid.uuid4())
        request.request_id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class TrailingSlashMiddleware:
    """Serve every path with and without its trailing slash, for every method, without a redirect."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith(ADMIN):
            request.path_info = path if path.endswith("/") else f"{path}/"
        elif not path.startswith(STATIC):
            request.path_info = path.rstrip("/") or "/"
        return self.get_response(request)


class ProductErrorMiddleware:
    """Refuse a body that is too large or finds no room; answer what a view let through: product errors, deletions."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            refuse_oversized_body(request)
            if not is_api(request):  # there the view reads the body, and DRF answers
                receive_form(request)
        except ProductError as error:
            return error_response(request, error)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        error = exception if isinstance(exception, ProductError) else overtaken(request, exception)
        return error_response(request, error) if error else None
