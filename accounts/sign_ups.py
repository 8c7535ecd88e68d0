"""How many accounts may be made from one address a day: each comes with credits."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from core import tally
from core.errors import TooManyRequests
from core.http.client import is_local

DAY_S = 24 * 60 * 60


@contextmanager
def one_more_from(address: str) -> Iterator[None]:
    """Count what is made inside as one account from this network; what was refused or failed does not count.

    Raises TooManyRequests when there were enough today. The machine itself has no limit, nor has "", nowhere.
    """
    if not address or is_local(address):
        yield
        return
    what = f"sign-ups:{address}"
    made = tally.count(what, period_s=DAY_S)
    try:
        if made > settings.SIGN_UPS_PER_IP_AND_DAY:
            raise TooManyRequests(
                "Too many accounts were made from your network today. Come back tomorrow.",
                retry_after_s=tally.seconds_left(DAY_S),
            )
        yield
    except BaseException:
        tally.uncount(what, period_s=DAY_S)
        raise
