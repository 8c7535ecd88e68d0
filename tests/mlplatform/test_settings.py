import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOUND, OTHER = "a" * 40, "b" * 40


def start(tmp_path, *, show="DEBUG", **environment):
    """Load the product's settings in a process of its own."""
    names = {"SECRET_KEY": SOUND, "JWT_SIGNING_KEY": OTHER, "DATA_DIR": str(tmp_path), "DEBUG": "off"} | environment
    return subprocess.run(
        [sys.executable, "-c", f"import mlplatform.settings as s; print(s.{show})"],
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


def test_settings_refuse_one_secret_for_both_purposes(tmp_path):
    ended = start(tmp_path, JWT_SIGNING_KEY=SOUND)

    assert ended.returncode != 0
    assert "JWT_SIGNING_KEY is the same as SECRET_KEY" in ended.stderr


@pytest.mark.parametrize("hosts", ["*", "ml.example.com,*"])
def test_settings_refuse_any_host(tmp_path, hosts):
    ended = start(tmp_path, ALLOWED_HOSTS=hosts)

    assert ended.returncode != 0
    assert "ALLOWED_HOSTS contains *" in ended.stderr


def test_settings_take_any_host_and_one_secret_while_debugging(tmp_path):
    assert start(tmp_path, ALLOWED_HOSTS="*", JWT_SIGNING_KEY=SOUND, DEBUG="on").stdout == "True\n"


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"HOST": "ml.example.com", "PORT": "9000"}, "http://ml.example.com:9000"),
        ({"HOST": "::1"}, "http://[::1]:8000"),
        ({"HOST": "0.0.0.0"}, f"http://{socket.gethostname()}:8000"),
        ({"PUBLIC_URL": "https://ml.example.com/"}, "https://ml.example.com"),
    ],
)
def test_mailed_links_begin_with_the_public_url(tmp_path, environment, url):
    assert start(tmp_path, show="PUBLIC_URL", **environment).stdout == f"{url}\n"


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
