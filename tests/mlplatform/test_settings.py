import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOUND = "a" * 40


def start(tmp_path, **environment):
    """Load the product's settings in a process of its own."""
    names = {"SECRET_KEY": SOUND, "JWT_SIGNING_KEY": SOUND, "DATA_DIR": str(tmp_path), "DEBUG": "off"} | environment
    return subprocess.run(
        [sys.executable, "-c", "import mlplatform.settings as s; print(s.DEBUG)"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | {name: value for name, value in names.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


def test_settings_load_with_sound_secrets(tmp_path):
    assert start(tmp_path).stdout == "False\n"


@pytest.mark.parametrize("name", ["SECRET_KEY", "JWT_SIGNING_KEY"])
@pytest.mark.parametrize("secret", ["too-brief", "change-me-" + SOUND, "django-insecure-" + SOUND])
def test_settings_refuse_a_short_or_sample_secret(tmp_path, name, secret):
    ended = start(tmp_path, **{name: secret})

    assert ended.returncode != 0
    assert f"{name} is a sample or shorter than 32 characters" in ended.stderr
    assert secret not in ended.stderr


def test_settings_take_a_short_secret_while_debugging(tmp_path):
    assert start(tmp_path, SECRET_KEY="short", DEBUG="on").stdout == "True\n"


@pytest.mark.parametrize("name", ["SECRET_KEY", "JWT_SIGNING_KEY"])
def test_settings_have_no_secret_of_their_own(tmp_path, name):
    if (ROOT / ".env").exists():
        pytest.skip("an .env beside manage.py would answer")

    ended = start(tmp_path, **{name: None})

    assert ended.returncode != 0
    assert name in ended.stderr


def test_debugging_is_off_unless_asked_for(tmp_path):
    assert start(tmp_path, DEBUG=None).stdout == "False\n"
