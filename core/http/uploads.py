"""How large a request may be, and whether there is room for it."""

from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError

from core import storage
from core.errors import LengthRequired, OutOfSpace, TooLarge

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


def receive_form(request: HttpRequest) -> None:
    """Receive a page's form with its files; raises OutOfSpace, and keeps nothing, when the disk fills meanwhile.

    Otherwise the check of its token would be the first to read it, where an error can only be a plain 500. A form that
    is cut off is left to that check.
    """
    if request.method == "POST" and request.content_type == "multipart/form-data":
        try:
            with suppress(UnreadablePostError), storage.out_of_space_in_words():
                request.POST  # noqa: B018 -- reads it
        except OutOfSpace:
            for handler in request.upload_handlers:
                with suppress(OSError):  # what waits to be written finds no room either
                    handler.upload_interrupted()
            raise
