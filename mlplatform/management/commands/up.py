"""`manage.py up`: prepare and run the whole product on one machine, or one of its programs on another."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command

from accounts.services import ensure_first_admin
from core.errors import InvalidInput
from mlplatform.supervisor import Plan, Program, address_problem, supervise


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (HOST)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port (PORT)")
        parser.add_argument("--only", choices=("web", "worker", "beat"), help="this program, for a machine more")

    def handle(self, *, host: str, port: int, only: str | None, **options: Any) -> None:
        chosen = [program for program in programs(host, port) if only in (None, program.name)]
        if only not in (None, "web"):
            supervise(Plan(chosen))
        if problem := address_problem(host, port):
            raise CommandError(problem)
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        _collect_static()
        _ensure_first_admin()
        supervise(Plan(chosen, host, port))


def _ensure_first_admin() -> None:
    try:
        ensure_first_admin()
    except InvalidInput as error:
        name = "ADMIN_PASSWORD" if error.attr == "password" else "ADMIN_EMAIL"
        raise CommandError(f"{name} cannot be used for the first administrator: {error.detail}") from None


def _collect_static() -> None:
    """Collect, hash and compress the static files, unless they are the ones collected the last time."""
    files = [Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])]
    stats = [(file, file.stat()) for file in sorted(files)]
    seen = "".join(f"{file} {stat.st_size} {stat.st_mtime_ns}\n" for file, stat in stats)
    record = settings.STATIC_ROOT / ".collected"
    if not record.exists() or record.read_text(encoding="utf-8") != seen:
        call_command("collectstatic", interactive=False, verbosity=0)
        record.write_text(seen, encoding="utf-8")


def programs(host: str, port: int) -> list[Program]:
    """Web, worker and beat, each a process of its own."""
    python = (sys.executable, "-m")
    address = {"HOST": host, "PORT": str(port)}  # what mailed links begin with
    celery = (*python, "celery", "--quiet", "-A", "mlplatform")
    return [
        Program(
            "web",
            (
                *(*python, "uvicorn", "mlplatform.asgi:application", "--host", host, "--port", str(port)),
                *("--no-server-header", "--no-access-log", "--log-level", "warning"),
                # The address a request came from is who it came from: forwarded headers can be made up.
                *("--no-proxy-headers", "--timeout-graceful-shutdown", "5"),
                # Messages over 64 kB are refused in words; to compress small ones would cost more than it saves.
                *("--ws-max-size", "262144", "--ws-per-message-deflate", "false"),
            ),
            address,
        ),
        Program(
            "worker",
            (
                *(*celery, "worker", "-P", "threads", "-c", str(settings.WORKER_CONCURRENCY)),
                *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
            ),
            # Threads of one fit that spin while they wait would take the cores from another.
            {"OMP_WAIT_POLICY": "PASSIVE", **address},
        ),
        Program("beat", (*celery, "beat", "--loglevel", "WARNING", "--pidfile=")),
    ]
