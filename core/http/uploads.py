"""How large a request may be, and whether there is room for it."""

from django.conf import settings
from django.http import HttpRequest

from core import storage
from core.errors import LengthRequired, TooLarge

FORM_OVERHEAD_BYTES = 64 * 1024  # the multipart frame and the other fields around a file


def refuse_oversized_body(request: HttpRequest) -> None:
    """Raise by the announced length, before a byte of the body is read.

    TooLarge beyond the limit, OutOfSpace when the disk has no room for the file, LengthRequired without a length.
    """
    if "Content-Length" not in request.headers and "Transfer-Encoding" in request.headers:
        raise LengthRequired
    announced = str(request.META.get("CONTENT_LENGTH") or "")
    size_bytes = int(announced) if announced.isdecimal() else 0
    if size_bytes > settings.UPLOAD_MAX_BYTES + FORM_OVERHEAD_BYTES:
        raise TooLarge.file(settings.UPLOAD_MAX_BYTES)
    if size_bytes > FORM_OVERHEAD_BYTES:  # smaller ones are forms, which work on a full disk too
        storage.require_space(size_bytes)
