"""What long lists cost: pages and API lists of somebody with much, beside the same of somebody with next to nothing.

One product, two people and an administrator. Every address is asked for by each in turn; then 10,000 ledger entries,
1,000 people and 200 workspaces are there, and everything is asked for again. The bar: no page slower by half. Runs on
the embedded default, or on the database that DATABASE_URL names (an empty one: what is made stays in it).
"""

import http.cookiejar
import re
import statistics
import time
import urllib.parse
import urllib.request

from bench import product

ROUNDS = 40
ALLOWED_RATIO = 1.5
STAFF = {"ADMIN_EMAIL": "root@example.org", "ADMIN_PASSWORD": "a long way to go"}
PERSON = {"email": "ada@example.org", "username": "ada", "password": "correct horse battery"}

PAGES = {
    "person": [
        "/",
        "/account/credits",
        "/account/credits?page=400",
        "/account/keys",
        "/workspaces",
        "/workspaces/{workspace}/members",
        "/workspaces/{workspace}/audit",
        "/api/credits/ledger",
        "/api/credits/ledger?ordering=amount&page=400",
        "/api/workspaces",
        "/api/projects",
        "/api/workspaces/{workspace}/members",
        "/api/workspaces/{workspace}/audit",
    ],
    "staff": [
        "/admin/accounts/user/",
        "/admin/accounts/ledgerentry/",
        "/admin/workspaces/workspace/",
        "/admin/system/",
        "/api/admin/users",
        "/api/admin/users?min_credits=10&search=person",
    ],
}


class Browser:
    """Somebody signed in by page, with cookies."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self._url = url
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())).open
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', self.get("/sign-in"))
        form = {"username": email, "password": password, "csrfmiddlewaretoken": token[1] if token else ""}
        self._open(f"{url}/sign-in", urllib.parse.urlencode(form).encode()).read()

    def get(self, path: str) -> str:
        with self._open(self._url + path) as answer:
            return str(answer.read().decode())

    def median_ms(self, path: str) -> float:
        """Milliseconds of a GET, from the request to its last byte."""
        took = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            self.get(path)
            took.append(time.perf_counter() - started)
        return statistics.median(took) * 1_000


def main() -> None:
    """Time every address before and after the tables are filled, and print both."""
    with product.running(**STAFF) as platform:
        client = product.Client(platform.url, **PERSON)
        workspace = client.call("GET", "/api/workspaces")["results"][0]["id"]
        people = {
            "person": Browser(platform.url, PERSON["email"], PERSON["password"]),
            "staff": Browser(platform.url, STAFF["ADMIN_EMAIL"], STAFF["ADMIN_PASSWORD"]),
        }
        asked = [(who, path.format(workspace=workspace)) for who, paths in PAGES.items() for path in paths]
        short = [people[who].median_ms(path.replace("page=400", "page=1")) for who, path in asked]
        platform.run("-m", "bench.fill", PERSON["email"])
        full = [people[who].median_ms(path) for who, path in asked]
    print("long_lists: milliseconds, median of", ROUNDS, "requests")
    print(f"{'address':<58}{'short':>8}{'long':>8}{'ratio':>7}")
    for (_, path), before, after in zip(asked, short, full, strict=True):
        shown = path.replace(workspace, "…")
        print(
            f"{shown:<58}{before:>8.1f}{after:>8.1f}{after / before:>7.2f}"
            f"  {'ok' if after <= before * ALLOWED_RATIO else 'MISSED'}"
        )
