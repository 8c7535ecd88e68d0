"""Whether the parts of the product are there: for people, load balancers and supervisors."""

from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from core import pulse, storage


def live(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served; a broker that is away delays jobs only, so it is told but no reason."""
    parts = {"database": _try(_database), "storage": _try(_storage), "broker": _try(_broker)}
    return _answer(parts, needed=("database", "storage"))


def health(request: HttpRequest) -> HttpResponse:
    """Each part by name; 503 when one that requests need is down."""
    parts = {
        "database": _try(_database),
        "broker": _try(_broker),
        "cache": _try(_cache),
        "storage": _try(_storage),
        "workers": _try(_workers),
    }
    return _answer(parts, needed=("database", "storage"))


def broker() -> str:
    """Whether messages reach workers: `ok` or `down`."""
    return _try(_broker)


def _answer(parts: dict[str, str], needed: tuple[str, ...]) -> HttpResponse:
    serving = all(parts[name] == "ok" for name in needed)
    whole = all(state == "ok" for state in parts.values())
    status = "ok" if whole else "degraded" if serving else "down"
    return JsonResponse({"status": status, "parts": parts}, status=200 if serving else 503)


def _try(check: Callable[[], bool]) -> str:
    try:
        return "ok" if check() else "down"
    except (OSError, DatabaseError, OperationalError, RedisError):
        return "down"


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _broker() -> bool:
    if not settings.REDIS_URL:
        return True  # a folder of the same disk as the storage
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=1)
    return True


def _cache() -> bool:
    cache.set("health", "ok", 10)
    return bool(cache.get("health") == "ok")


def _storage() -> bool:
    with storage.scratch_folder() as folder:
        (folder / "probe").write_bytes(b"ok")
    return True


def _workers() -> bool:
    return pulse.is_alive("worker")
