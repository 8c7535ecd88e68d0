"""The queue in a folder."""

from queue import Empty

import pytest
from kombu import Connection

import mlplatform.celery  # noqa: F401 -- names the transport


@pytest.fixture
def channel(tmp_path):
    for folder in ("queue", "control"):
        (tmp_path / folder).mkdir()
    options = {
        "data_folder_in": str(tmp_path / "queue"),
        "data_folder_out": str(tmp_path / "queue"),
        "control_folder": str(tmp_path / "control"),
    }
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection.channel()


@pytest.mark.parametrize("cut", [b"", b'{"body": "W1', b"\xff"])
def test_a_message_that_a_full_disk_cut_short_is_dropped(channel, tmp_path, cut):
    (tmp_path / "queue" / "0_first.work.msg").write_bytes(cut)
    channel._put("work", {"body": "whole"})

    assert channel._get("work") == {"body": "whole"}
    assert list((tmp_path / "queue").iterdir()) == []
    with pytest.raises(Empty):
        channel._get("work")
