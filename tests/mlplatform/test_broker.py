"""The queue in a folder."""

import threading
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError
from structlog.testing import capture_logs

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


def test_messages_come_in_the_order_they_were_put(channel):
    for number in range(3):
        channel._put("work", {"body": number})
        time.sleep(0.002)  # names tell milliseconds apart

    assert [channel._get("work")["body"] for _ in range(3)] == [0, 1, 2]


def test_a_message_is_not_seen_before_it_is_whole(channel, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(Path, "rename", lambda part, whole: seen.append((part.read_text(), channel._size("work"))))

    channel._put("work", {"body": "whole"})

    assert seen == [('{"body": "whole"}', 0)]


def test_of_messages_read_while_they_are_written_none_is_cut_short(channel):
    """Each is longer than a disk takes at once."""
    whole = {"body": "x" * 3_000_000}

    def write():
        for _ in range(20):
            channel._put("work", whole)

    writer = threading.Thread(target=write)
    writer.start()
    read = []
    with capture_logs() as warnings:
        while len(read) < 20:
            with suppress(Empty):
                read.append(channel._get("work"))
    writer.join()

    assert (read == [whole] * 20, warnings) == (True, [])


def test_a_full_disk_refuses_a_message_and_leaves_nothing(channel, tmp_path, monkeypatch):
    def full(part, text):
        part.write_bytes(text[:3].encode())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)

    with pytest.raises(ChannelError, match="No space left on device"):
        channel._put("work", {"body": "whole"})
    assert list((tmp_path / "queue").iterdir()) == []
