"""A file on disk: written under a temporary name, hashed on the way, renamed when whole."""

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
from django.db import transaction

CHUNK_BYTES = 1024 * 1024
ORPHAN_S = 60 * 60  # a file is stored before its row: one without a row for so long has lost it

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
    root = _path("")
    return shutil.disk_usage(root if root.exists() else settings.DATA_DIR).free


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder on the same disk as the stored files (so that moving is a rename), gone afterwards."""
    root = settings.FILES_DIR / ".scratch"
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, ignore_cleanup_errors=True) as name:
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
