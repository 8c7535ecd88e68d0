"""A page's form that charges or makes something: sent again, by a second click or a reload, it is done once.

The form bears a text that is another with each showing of the page. That and what is filled in are the key of
`accounts.idempotency`, so a page gone back to and filled in otherwise is another form.
"""

import hashlib
import json
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest

from accounts.idempotency import once
from core.actor import Actor

FIELD = "showing"
SENT_TWICE = "That was sent twice, and begun once."


def new_showing() -> str:
    """What the field `showing` of a form is to hold."""
    return uuid4().hex


def done_once(request: HttpRequest, work: Callable[[], str]) -> tuple[str, bool]:
    """What `work` returned when this form was first sent (a short text: an id, an address), and whether that is now.

    What raises is not remembered, and is tried again. A form without `showing` is done each time.
    """
    if not request.POST.get(FIELD):
        return work(), True
    filled_in = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    fingerprint = hashlib.sha256(json.dumps([request.path, filled_in], sort_keys=True).encode()).hexdigest()
    results: list[str] = []

    def remembered() -> tuple[int, str]:
        results.append(work())
        return 302, results[0]

    known = once(Actor.of(request).user, f"form {fingerprint}", fingerprint, remembered)
    return (known.body, False) if known else (results[0], True)
