import errno
import hashlib
import os

import pytest
from django.conf import settings
from django.db import OperationalError

from core import storage
from core.errors import OutOfSpace


def files() -> list[str]:
    """Every file under the storage's folder, scratch included."""
    root = settings.FILES_DIR
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_put_stores_the_chunks_and_tells_their_hash_and_size():
    stored = storage.put("datasets/1/original", [b"a,b\n", b"1,2\n"])

    assert stored == storage.StoredFile("datasets/1/original", hashlib.sha256(b"a,b\n1,2\n").hexdigest(), 8)
    assert storage.local_path("datasets/1/original").read_bytes() == b"a,b\n1,2\n"
    assert files() == ["datasets/1/original"]


def test_put_of_nothing_stores_an_empty_file():
    stored = storage.put("empty", [])

    assert (stored.sha256, stored.size_bytes) == (hashlib.sha256(b"").hexdigest(), 0)


def test_put_that_breaks_half_way_leaves_nothing():
    def chunks():
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        storage.put("datasets/1/original", chunks())

    assert files() == []


def test_put_that_breaks_half_way_keeps_the_older_file():
    def chunks():
        yield b"new"
        assert storage.local_path("model").read_bytes() == b"old"
        raise ConnectionResetError

    storage.put("model", [b"old"])

    with pytest.raises(ConnectionResetError):
        storage.put("model", chunks())

    assert storage.local_path("model").read_bytes() == b"old"
    assert files() == ["model"]


def test_put_replaces_a_file():
    storage.put("model", [b"old"])

    storage.put("model", [b"new"])

    assert storage.local_path("model").read_bytes() == b"new"


def test_put_file_moves_a_scratch_file_and_tells_its_size():
    with storage.scratch_folder() as folder:
        (folder / "table").write_bytes(b"table")
        size = storage.put_file("datasets/1/table.parquet", folder / "table")

    assert size == 5
    assert storage.local_path("datasets/1/table.parquet").read_bytes() == b"table"
    assert files() == ["datasets/1/table.parquet"]


@pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "datasets/../../outside", "a/../../files-beside/x"])
def test_a_key_never_leaves_the_folder(key, tmp_path):
    with pytest.raises(ValueError, match="not a storage key"):
        storage.put(key, [b"x"])
    with pytest.raises(ValueError, match="not a storage key"):
        storage.local_path(key)
    with pytest.raises(ValueError, match="not a storage key"):
        storage.delete([key])

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_keys_work_in_a_folder_reached_by_a_link(settings, tmp_path):
    (tmp_path / "disk").mkdir()
    settings.FILES_DIR = tmp_path / "link"
    settings.FILES_DIR.symlink_to(tmp_path / "disk")

    storage.put("datasets/1/original", [b"x"])

    assert storage.local_path("datasets/1/original").read_bytes() == b"x"


@pytest.mark.parametrize("key", ["datasets/1/original", "datasets"])
def test_local_path_of_what_is_no_file_says_so(key):
    storage.put("datasets/2/original", [b"x"])

    with pytest.raises(FileNotFoundError):
        storage.local_path(key)


def test_delete_frees_the_bytes_and_the_emptied_folder():
    storage.put("datasets/1/original", [b"12345"])
    storage.put("datasets/1/table.parquet", [b"123"])
    storage.put("datasets/2/original", [b"1"])

    freed = storage.delete(["datasets/1/original", "datasets/1/table.parquet", "datasets/3/original"])

    assert freed == 8
    assert files() == ["datasets/2/original"]
    assert not (settings.FILES_DIR / "datasets" / "1").exists()


def test_scratch_folder_is_gone_afterwards_and_on_the_same_disk():
    with storage.scratch_folder() as folder:
        (folder / "part").write_bytes(b"x")

        assert folder.stat().st_dev == settings.FILES_DIR.stat().st_dev

    assert not folder.exists()


def test_space_is_required_for_what_is_received_and_stored(settings):
    free = storage.free_bytes()
    settings.DISK_RESERVE_BYTES = 0
    storage.require_space(1_000)

    settings.DISK_RESERVE_BYTES = free
    with pytest.raises(OutOfSpace):
        storage.require_space(1_000)
    settings.DISK_RESERVE_BYTES = 0
    with pytest.raises(OutOfSpace):
        storage.require_space(free)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "full"), OutOfSpace),
        (OSError(errno.EDQUOT, "quota"), OutOfSpace),
        (OperationalError("database or disk is full"), OutOfSpace),
        (OperationalError("could not extend file: No space left on device"), OutOfSpace),
        (OSError(errno.EIO, "broken"), OSError),
        (OperationalError("database is locked"), OperationalError),
    ],
)
def test_full_disk_is_told_from_other_failures(error, told):
    with pytest.raises((OutOfSpace, OSError, OperationalError)) as refusal, storage.out_of_space_in_words():
        raise error

    assert type(refusal.value) is told


def test_sweep_of_leftovers_takes_what_nobody_writes_any_more(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    cut_off, arriving, other = (tmp_path / name for name in ("a.upload.csv", "b.upload.csv", "c.sqlite3"))
    for file in (cut_off, arriving, other):
        file.write_bytes(b"x")
    for file in (cut_off, other):
        os.utime(file, (0, 0))
    left = settings.FILES_DIR / ".scratch" / "left"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))

    with storage.scratch_folder() as folder:
        os.utime(folder, (0, 0))
        removed = storage.sweep_leftovers()

        assert folder.is_dir()

    assert (removed, cut_off.exists(), left.exists()) == (2, False, False)
    assert arriving.exists()
    assert other.exists()
