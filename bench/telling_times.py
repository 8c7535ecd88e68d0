"""Whether time tells who has an account: sign-in and reset for a known and an unknown address, in turns."""

import contextlib
import statistics
import time
import urllib.error
import uuid

from bench import product

ROUNDS = 30
EMAIL = "ada@example.org"


def main() -> None:
    """Print the medians of both and how far they are apart; the bar: at most 20 %."""
    with product.running(SIGN_IN_FAILURES_PER_IP="100000") as platform:
        client = product.Client(platform.url, email=EMAIL)
        print("telling_times: milliseconds, median of", ROUNDS, "rounds")
        print(f"{'address':<28}{'known':>8}{'unknown':>9}{'ratio':>7}")
        for path in ("/api/auth/login", "/api/auth/password/reset"):
            took = [(_ms(client, path, EMAIL), _ms(client, path, _nobody())) for _ in range(ROUNDS)]
            known, unknown = (statistics.median(side) for side in zip(*took, strict=True))
            verdict = "ok" if 0.8 <= known / unknown <= 1.2 else "MISSED"
            print(f"{path:<28}{known:>8.1f}{unknown:>9.1f}{known / unknown:>7.2f}  {verdict}")


def _nobody() -> str:
    return f"{uuid.uuid4().hex}@example.org"


def _ms(client: product.Client, path: str, email: str) -> float:
    body = {"email": email, "password": "not the password"}
    if path.endswith("login") and email == EMAIL:
        client.call("POST", path, body | {"password": client.password})  # so that failures never add up to a lock
    started = time.perf_counter()
    with contextlib.suppress(urllib.error.HTTPError):
        client.call("POST", path, body)
    return (time.perf_counter() - started) * 1_000
