"""How large a request may be."""

from django.conf import settings
from django.http import HttpRequest

from core.errors import LengthRequired, TooLarge

FORM_OVERHEAD_BYTES = 64 * 1024  # the multipart frame and the other fields around a file


def refuse_oversized_body(request: HttpRequest) -> None:
    """Raise TooLarge by the announced length (LengthRequired without one), before a byte of the body is read."""
    if "Content-Length" not in request.headers and "Transfer-Encoding" in request.headers:
        raise LengthRequired
    announced = str(request.META.get("CONTENT_LENGTH") or "")
    if announced.isdecimal() and int(announced) > settings.UPLOAD_MAX_BYTES + FORM_OVERHEAD_BYTES:
        raise TooLarge.file(settings.UPLOAD_MAX_BYTES)
