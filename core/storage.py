"""A file on disk: written under a temporary name, hashed on the way, renamed when whole."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

CHUNK_BYTES = 1024 * 1024


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
        if path.is_file():
            freed += path.stat().st_size
            path.unlink(missing_ok=True)
            if not any(path.parent.iterdir()):
                shutil.rmtree(path.parent, ignore_errors=True)
    return freed


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
