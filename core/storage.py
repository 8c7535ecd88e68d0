"""A file on disk: written under a temporary name, hashed on the way, renamed when whole."""

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, transaction

from core.errors import OutOfSpace

CHUNK_BYTES = 1024 * 1024
ORPHAN_S = 60 * 60  # a file is stored before its row: one without a row for so long has lost it
JUST_MADE_S = 60
LEFTOVER_S = 20 * 60  # nothing was written to it for so long: whoever sent it is gone

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What was stored: the key to ask for it by, its SHA-256 in hex, its size."""

    key: str
    sha256: str
    size_bytes: int


def put(key: str, chunks: Iterable[bytes]) -> StoredFile:
    """Store the chunks under `key`; a reader sees the whole file or none."""
    with scratch_folder() as folder:
        part = folder / "part"
        digest, size = hashlib.sha256(), 0
        with part.open("wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        _place(part, key)
    return StoredFile(key, digest.hexdigest(), size)


def put_file(key: str, source: Path) -> int:
    """Move a finished file of a scratch folder to `key`; returns its size in bytes."""
    with source.open("rb") as file:
        os.fsync(file.fileno())
    size = source.stat().st_size
    _place(source, key)
    return size


def local_path(key: str) -> Path:
    """Where a stored file can be read; raises FileNotFoundError when it is gone."""
    path = _path(key)
    if not path.is_file():
        raise FileNotFoundError(key)
    return path


def exists(key: str) -> bool:
    return _path(key).is_file()


def delete(keys: Iterable[str]) -> int:
    """Remove stored files, missing ones in silence; returns the bytes freed."""
    freed = 0
    for key in keys:
        path = _path(key)
        with suppress(FileNotFoundError):  # gone before, or at this moment
            size = path.stat().st_size
            path.unlink()
            freed += size
            with suppress(OSError):  # other files are in it
                path.parent.rmdir()
    return freed


def delete_on_commit(keys: Iterable[str]) -> None:
    """Remove stored files once the rows that name them are gone for good.

    What stays because the process dies in between, or the disk refuses, is found by `sweep`.
    """
    gone = list(keys)
    transaction.on_commit(lambda: delete(gone), robust=True)


def sweep(kind: str, known: Callable[[list[UUID]], Iterable[UUID]]) -> int:
    """Remove the files of one kind that have lost their row; returns how many folders went.

    Files of a row stand at `<kind>/<its id>/…`; `known` says which of some ids still have a row.
    """
    root, oldest = _path(kind), time.time() - ORPHAN_S
    aged = [folder for folder in root.glob("*") if _changed_at(folder) < oldest]
    found = {row_id: folder for folder in aged if (row_id := _row_id(folder))}
    lost = set(found) - set(known(list(found)))
    for row_id in lost:
        shutil.rmtree(found[row_id], ignore_errors=True)
        log.warning("storage.orphan_removed", kind=kind, row=str(row_id))
    return len(lost)


def sweep_leftovers() -> int:
    """Remove what killed processes were writing, and uploads that were cut off; returns how many went."""
    left = [folder for folder in _path(".scratch").glob("*") if _is_left(folder)]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    oldest = time.time() - LEFTOVER_S
    cut_off = [file for file in settings.FILE_UPLOAD_TEMP_DIR.glob("*.upload*") if _changed_at(file) < oldest]
    for file in cut_off:
        file.unlink(missing_ok=True)
    if left or cut_off:
        log.warning("storage.leftovers_removed", scratch=len(left), uploads=len(cut_off))
    return len(left) + len(cut_off)


@dataclass(frozen=True, slots=True)
class Usage:
    """How many files of one kind lie on disk, and how large they are together."""

    kind: str
    files: int
    size_bytes: int


def usage() -> list[Usage]:
    """What lies on disk, kind by kind; files of work that is going on are of the kind `scratch`."""
    root = _path("")
    found = []
    for folder in sorted(path for path in root.glob("*") if path.is_dir()):
        sizes = [_size(Path(place) / name) for place, _, names in os.walk(folder) for name in names]
        found.append(Usage(folder.name.removeprefix("."), len(sizes), sum(sizes)))
    return found


def free_bytes() -> int:
    """What may still be written to the disk of the stored files."""
    return _free(_existing(_path("")))


def require_space(size_bytes: int) -> None:
    """Raise OutOfSpace unless a file of this size can be received and stored.

    It lies twice on disk for a moment: as it was received, and stored. The disk of the database keeps a reserve.
    """
    received, stored = settings.FILE_UPLOAD_TEMP_DIR, _existing(_path(""))
    needed = {_disk(received): size_bytes + settings.DISK_RESERVE_BYTES}
    needed[_disk(stored)] = needed.get(_disk(stored), 0) + size_bytes
    if any(_free(folder) < needed[_disk(folder)] for folder in (received, stored)):
        raise OutOfSpace


@contextmanager
def out_of_space_in_words() -> Iterator[None]:
    """Raise OutOfSpace when what is done inside fails because a disk is full, that of the database included."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutOfSpace from error
        raise
    except OperationalError as error:
        if "disk is full" in str(error) or "No space left" in str(error):  # SQLite's words, and PostgreSQL's
            raise OutOfSpace from error
        raise


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder on the same disk as the stored files (so that moving is a rename), gone afterwards.

    It is locked while it is used, so that `sweep_leftovers` knows the ones of killed processes.
    """
    root = settings.FILES_DIR / ".scratch"
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, ignore_cleanup_errors=True) as name, _lock(Path(name)):
        yield Path(name)


def _path(key: str) -> Path:
    root = settings.FILES_DIR.resolve()  # the folder may be a link to a larger disk
    path = (root / key).resolve()
    if not path.is_relative_to(root):
        raise ValueError(f"not a storage key: {key!r}")
    return path


def _place(source: Path, key: str) -> None:
    target = _path(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)  # the sweeper asks for it exclusively
        yield
    finally:
        os.close(descriptor)


def _is_left(folder: Path) -> bool:
    """Whether nobody works in a scratch folder any more; one just made may not be locked yet."""
    if time.time() - _changed_at(folder) < JUST_MADE_S:
        return False
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:  # gone at this moment
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _disk(folder: Path) -> int:
    return folder.stat().st_dev


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else settings.DATA_DIR


def _row_id(folder: Path) -> UUID | None:
    try:
        return UUID(folder.name)
    except ValueError:
        return None


def _changed_at(path: Path) -> float:
    """Seconds since 1970; now for what has just gone."""
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return time.time()


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):  # gone while we look
        return path.stat().st_size
    return 0
