"""`Idempotency-Key`: a POST sent again is answered as before, and done once.

Row and work share one transaction. Whoever inserts the row (unique by person and key) does the work; whoever comes
at the same moment waits for that transaction, and then finds the answer, or, when the work was refused, nothing.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import RememberedAnswer, User
from core.actor import Actor
from core.errors import Conflict, InvalidInput, ProductError

MAX_KEY_LENGTH = 255
NAME = "Idempotency-Key"
HEADER = OpenApiParameter(
    NAME,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        f"Any string of 1 to {MAX_KEY_LENGTH} characters. The same request with the same key within 24 hours is "
        "answered as the first was, charges nothing, and bears `Idempotent-Replayed: true`; the same key with "
        "another request is refused with 409 `idempotency_key_reused`."
    ),
)

Post = Callable[..., Response]
Remembered = tuple[int, str]
"""The status and the body of an answer."""


def answers_once(post: Post) -> Post:
    """Decorate a view's `post`: with an `Idempotency-Key` it does its work once and repeats its answer; see `once`."""

    @extend_schema(parameters=[HEADER])
    @wraps(post)
    def answered(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = _key(request)
        if key is None:
            return post(view, request, *args, **kwargs)
        fingerprint = fingerprint_of(request)
        answers: list[Response] = []

        def work() -> Remembered | None:
            answers.append(answer := post(view, request, *args, **kwargs))
            worked = status.is_success(answer.status_code)
            return (answer.status_code, JSONRenderer().render(answer.data).decode()) if worked else None

        known = once(Actor.of(request).user, key, fingerprint, work)
        return _again(known, fingerprint) if known else answers[0]

    return answered


def once(user: User, key: str, fingerprint: str, work: Callable[[], Remembered | None]) -> RememberedAnswer | None:
    """Do the work, unless this person has had it done by this key: then returns what was remembered of it.

    Only what the work returns is remembered. A refusal forgets the key, and what was written along with the refusal
    stays; any other exception takes back everything.
    """
    rows = RememberedAnswer.objects.filter(user=user, key=key)
    # Asked before the transaction, without the write lock, as most repetitions come later.
    if known := rows.filter(created_at__gte=_oldest()).first():
        return known
    refusal: Exception | None = None
    with transaction.atomic():
        rows.filter(created_at__lt=_oldest()).delete()
        # Waits while another one's work is going on.
        row, is_first = rows.get_or_create(user=user, key=key, defaults={"fingerprint": fingerprint})
        if not is_first:
            return row
        remembered = None
        try:
            remembered = work()
        except (ProductError, APIException, Http404, PermissionDenied) as error:
            refusal = error  # raised after the commit, so that the record of what failed is kept
        if remembered:
            row.status, row.body = remembered
            row.save(update_fields=["status", "body"])
        else:
            row.delete()
    if refusal:
        raise refusal
    return None


def fingerprint_of(request: Request) -> str:
    """What makes two requests the same: SHA-256 of method, path and body, however the body's JSON was written."""
    sent = dict(request.data.lists()) if isinstance(request.data, QueryDict) else request.data
    body = json.dumps(sent, sort_keys=True, separators=(",", ":"), default=_file_digest)
    return hashlib.sha256(f"{request.method} {request.path_info} {body}".encode()).hexdigest()


def _key(request: Request) -> str | None:
    key: str | None = request.headers.get(NAME)
    with suppress(UnicodeError, AttributeError):  # a server hands headers on as Latin-1, whatever was meant
        key = key.encode("latin-1").decode()  # type: ignore[union-attr]
    if key is not None and (not key.strip() or len(key) > MAX_KEY_LENGTH or not key.isprintable()):
        raise InvalidInput(NAME, f"Send 1 to {MAX_KEY_LENGTH} printable characters.")
    return key


def _oldest() -> datetime:
    return timezone.now() - RememberedAnswer.KEPT_FOR


def _again(row: RememberedAnswer, fingerprint: str) -> Response:
    if row.fingerprint != fingerprint:
        raise Conflict("This Idempotency-Key was used for another request.", code="idempotency_key_reused")
    return Response(json.loads(row.body), status=row.status, headers={"Idempotent-Replayed": "true"})


def _file_digest(value: Any) -> str:
    """A file stands for its content."""
    if not isinstance(value, UploadedFile):
        raise TypeError(f"{type(value).__name__} is no part of a request's body")
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.hexdigest()
