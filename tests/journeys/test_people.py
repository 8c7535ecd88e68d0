"""People among themselves: a forgotten password, a key for a program, a colleague who is invited."""

import json
import re
import uuid
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.factories import PASSWORD
from tests.journeys.conftest import eventually

pytestmark = pytest.mark.xdist_group("product")

NEW_PASSWORD = "a wholly different staple"


def asked(url: str, **headers: str) -> tuple[int, dict]:
    """Status and JSON of a GET by a program."""
    try:
        with urlopen(Request(url, headers=headers)) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


def sign_in(page, product, email: str, password: str) -> None:
    page.goto(f"{product.url}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_forgotten_password_is_reset_by_the_mailed_link(page, product, newcomer):
    page.goto(f"{product.url}/sign-in")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill(newcomer.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()

    link = re.compile(rf"To: {newcomer.email}.*?(http\S+/password-reset/\S+)", re.DOTALL)
    page.goto(eventually(lambda: link.search(product.log.read_text()), "the mail")[1])
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Save the new password").click()
    page.wait_for_url("**/sign-in")

    sign_in(page, product, newcomer.email, PASSWORD)
    expect(page.get_by_text("do not belong together")).to_be_visible()
    sign_in(page, product, newcomer.email, NEW_PASSWORD)
    page.wait_for_url("**/projects/*")
    assert newcomer.ask("GET", "auth/me")[0] == 401


def test_a_key_made_on_its_page_works_until_it_is_revoked(page, product, newcomer):
    newcomer.sign_in(page)
    page.goto(f"{product.url}/account/keys")
    page.get_by_label("Name").fill("Nightly report")
    page.get_by_role("button", name="Make key").click()
    shown = page.locator("#made").inner_text()
    key = re.search(r"mlp_\w{8}_[\w-]{43}", shown)[0]

    assert f"{product.url}/api/" in shown
    assert asked(f"{product.url}/api/projects", **{"X-API-Key": key})[0] == 200
    assert asked(f"{product.url}/api/auth/me", Authorization=f"Api-Key {key}")[0] == 403

    page.goto(f"{product.url}/account/keys")
    expect(page.get_by_text(key)).to_have_count(0)
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("Revoked", exact=True)).to_be_visible()
    assert asked(f"{product.url}/api/projects", **{"X-API-Key": key})[0] == 401


def test_an_invited_colleague_joins_by_signing_up(page, product, newcomer):
    dataset = newcomer.upload(factories.flowers(), "flowers.csv")
    workspace = newcomer.got("workspaces")["results"][0]["id"]
    name = f"c{uuid.uuid4().hex[:10]}"
    newcomer.sign_in(page)
    page.goto(f"{product.url}/workspaces/{workspace}/members")
    page.get_by_label("Email").fill(f"{name}@Example.org")
    page.get_by_role("button", name="Add member").click()
    expect(page.get_by_role("heading", name="Invited")).to_be_visible()
    page.context.clear_cookies()

    page.goto(f"{product.url}/sign-up")
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/projects/*")
    page.goto(f"{product.url}/data/{dataset}")

    expect(page.get_by_role("heading", name="flowers")).to_be_visible()
    members = newcomer.got(f"workspaces/{workspace}/members")["results"]
    assert {member["username"]: member["role"] for member in members}[name] == "editor"
