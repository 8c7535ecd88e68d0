"""The embedded default's own secrets: made once, kept beside the data they protect.

`DATA_DIR/secrets.env` holds `NAME=value` lines that the settings read after the environment, which wins.
`python -m mlplatform.secrets` makes it, for a first start without any preparation.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
NAMES = ("SECRET_KEY", "JWT_SIGNING_KEY")
FILE_NAME = "secrets.env"


def ensure_secrets(data_dir: Path, environment: Mapping[str, str]) -> Path | None:
    """Make the file unless `environment` has every secret; return it where it is used.

    Readable by its owner only, and whole from the first moment: of two processes that make it at once, one
    wins and both go on with its secrets. An existing file is never changed, or every session and token would
    end. Raises OSError when the folder cannot be written.
    """
    if all(name in environment for name in NAMES):
        return None
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / FILE_NAME
    if not path.exists():
        _create(path)
    return path


def _create(path: Path) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.writelines(f"{name}={secrets.token_urlsafe(48)}\n" for name in NAMES)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # a link, unlike a rename, never replaces what another process made
            os.link(draft, path)
    finally:
        draft.unlink()


def main() -> None:
    environ.Env.read_env(BASE_DIR / ".env")
    data_dir = environ.Env().str("DATA_DIR", default=str(BASE_DIR / "data"))
    ensure_secrets(Path(data_dir).expanduser().resolve(), os.environ)


if __name__ == "__main__":
    main()
