from contextlib import nullcontext

import pytest
from django.test import RequestFactory

from core.errors import LengthRequired, OutOfSpace, TooLarge
from core.http.uploads import FORM_OVERHEAD_BYTES, refuse_oversized_body

LIMIT = 1024 * 1024


@pytest.fixture(autouse=True)
def _limit(settings):
    settings.UPLOAD_MAX_BYTES = LIMIT


def announcing(length: object):
    return RequestFactory().post("/", CONTENT_LENGTH=length)


def test_a_body_announced_too_large_is_refused_with_the_limit():
    with pytest.raises(TooLarge) as refusal:
        refuse_oversized_body(announcing(LIMIT + FORM_OVERHEAD_BYTES + 1))

    assert refusal.value.detail == "The file is larger than the limit of 1 MB. Send a smaller or gzipped one."


@pytest.mark.parametrize("length", [0, LIMIT, LIMIT + FORM_OVERHEAD_BYTES, "", "many"])
def test_another_body_may_come(length):
    refuse_oversized_body(announcing(length))


def test_a_body_in_chunks_without_its_length_is_refused():
    request = RequestFactory().post("/", headers={"Transfer-Encoding": "chunked"})
    del request.META["CONTENT_LENGTH"]

    with pytest.raises(LengthRequired):
        refuse_oversized_body(request)


@pytest.mark.parametrize(("length", "is_refused"), [(FORM_OVERHEAD_BYTES, False), (FORM_OVERHEAD_BYTES + 1, True)])
def test_a_file_finds_no_room_on_a_full_disk_and_a_form_does(settings, length, is_refused):
    settings.DISK_RESERVE_BYTES = 2**62

    with pytest.raises(OutOfSpace) if is_refused else nullcontext():
        refuse_oversized_body(announcing(length))
