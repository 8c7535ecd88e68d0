"""A person's way through the pages, in a real browser against the running product, from a table to a prediction."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests import factories

pytestmark = pytest.mark.xdist_group("product")

PASSWORD = "a quiet harbour town"
HEAVIEST_PAGE_BYTES = 60_000
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


class Witness:
    """What a page said, asked for and showed while a person used it."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        self.complaints: list[str] = []
        self.visited: list[str] = []
        page.on("console", lambda message: self.complain(message.type in ("error", "warning"), message.text))
        page.on("pageerror", lambda error: self.complain(True, str(error)))
        page.on("dialog", lambda dialog: (self.complain(True, dialog.message), dialog.dismiss()))
        page.on("request", lambda request: self.complain(not request.url.startswith((home, "data:")), request.url))
        page.on("response", lambda response: self.complain(response.status >= 400, f"{response.status} {response.url}"))
        page.on("framenavigated", lambda frame: self.visited.append(frame.url))

    def complain(self, wrong: bool, what: str) -> None:
        if wrong:
            self.complaints.append(what)

    def look_again(self) -> None:
        """Every page visited, once more: light, never wider than a phone, and for everybody, in both themes."""
        addresses = dict.fromkeys(url for url in self.visited if url.startswith(self.home))
        assert len(addresses) > 1
        self.page.set_viewport_size(PHONE)
        for url in addresses:
            html = self.page.context.request.get(url).body()
            self.complain(len(html) >= HEAVIEST_PAGE_BYTES, f"{len(html)} bytes of HTML: {url}")
        for theme in ("light", "dark"):
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for url in addresses:
                self.page.goto(url)
                width = self.page.evaluate("document.documentElement.scrollWidth")
                self.complain(width > PHONE["width"], f"{width} px wide in {theme}: {url}")
                for violation in Axe().run(self.page).response["violations"]:
                    where = [node["target"] for node in violation["nodes"]]
                    self.complain(True, f"{violation['id']} in {theme}: {url} at {where}")
        self.page.set_viewport_size(DESK)


@pytest.fixture
def witness(page, product):
    """Follows `page`; after the test nothing may have gone wrong on the way."""
    witness = Witness(page, product.url)
    yield witness
    assert witness.complaints == []


def sign_up(page: Page, home: str, name: str) -> None:
    page.goto(f"{home}/")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Create account").click()


def sign_out_and_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Account", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".steps")).to_be_visible()


def change_password(page: Page) -> None:
    page.get_by_label("Account", exact=True).click()
    page.get_by_role("link", name="Change password").click()
    page.get_by_label("Current password").fill(factories.PASSWORD)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()


def go(page: Page, place: str) -> None:
    """By the rail."""
    page.get_by_role("navigation", name="Project").get_by_role("link", name=place, exact=True).click()


def upload(page: Page, filename: str, content: bytes) -> None:
    """From any page of a project to the dataset's own."""
    go(page, "Data")
    page.get_by_role("link", name="Upload a file").first.click()
    page.locator("input[type=file]").set_input_files({"name": filename, "mimeType": "", "buffer": content})
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("link", name="Train a model")).to_be_visible(timeout=60_000)


def train(page: Page, target: str, *, algorithm: str = "", scripts: bool = True) -> None:
    """From a dataset's page to a model that is there."""
    page.get_by_role("link", name="Train a model").click()
    page.get_by_label("Target column").select_option(target)
    if not scripts:
        page.get_by_role("button", name="Use this target").click()
    expect(page.locator("#plan input[name=shown_target]")).to_have_value(target)
    if algorithm:
        page.locator(f"input[name=algorithm][value={algorithm}]").check()
    page.get_by_role("button", name="Train · 1 credit").click()
    page.wait_for_url("**/training/*")
    if scripts:
        page.evaluate("window.stayed = true")
    expect(page.locator("#open-model")).to_be_visible(timeout=90_000)
    if scripts:
        assert page.evaluate("window.stayed"), "the page was loaded again"


def predict_a_real_row(page: Page) -> str:
    """From a finished job's page to the answer."""
    page.locator("#predict-now").click()
    page.get_by_role("link", name="Use a random real row").click()
    expect(page.get_by_text("This row was held out of training")).to_be_visible()
    page.get_by_role("button", name="Predict · 5 credits").click()
    expect(page.get_by_text("5 credits charged")).to_be_visible()
    return page.locator(".answer__value").inner_text()


def credits_left(page: Page) -> int:
    return int(page.locator("#credits span").first.inner_text())


def types_of(heads):
    """What the icons beside the names of columns are called."""
    return heads.locator(".column-head__name svg").evaluate_all("all => all.map(one => one.ariaLabel)")


def test_from_signing_up_to_a_prediction_and_back_again(page, witness, product):
    sign_up(page, product.url, "grace")
    expect(page.locator(".step")).to_have_count(3)
    expect(page.locator(".step--current")).to_contain_text("Bring a table")
    assert credits_left(page) == 15
    page.locator(".sample").first.click()
    expect(page.get_by_role("link", name="Train a model")).to_be_visible()

    upload(page, "flowers.csv", factories.flowers())
    expect(page.get_by_text("60 rows × 7 columns")).to_be_visible()
    heads = page.locator("thead .column-head")
    expect(heads.locator(".column-head__name")).to_have_text(
        ["length", "width", "colour", "wild", "picked", "kind", "weight"]
    )
    assert types_of(heads) == ["number", "number", "category", "boolean", "datetime", "category", "number"]
    expect(page.locator("tbody tr")).to_have_count(25)
    page.get_by_role("link", name="Columns", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("^width"))).to_contain_text("number")

    train(page, "kind")
    expect(page.locator(".sentence")).to_contain_text(re.compile(r"always answering", re.IGNORECASE))
    assert credits_left(page) == 14
    page.set_viewport_size(PHONE)
    answer = predict_a_real_row(page)
    assert answer in ("long", "short")
    expect(page.locator(".answer__value")).to_be_in_viewport()
    page.set_viewport_size(DESK)
    expect(page.locator("#answer")).to_contain_text("9 left")
    expect(page.locator("#answer").get_by_text("% sure")).to_be_visible()
    assert credits_left(page) == 9
    page.get_by_role("link", name="Kept in the history").click()
    expect(page.locator(".answer__value")).to_have_text(answer)

    for place, expected in (
        ("Predictions", answer),
        ("Models", "kind"),
        ("Training", "Succeeded"),
        ("Data", "flowers"),
    ):
        go(page, place)
        expect(page.locator("tbody tr").first).to_contain_text(expected)
    page.locator("#credits").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody td:nth-child(4)")).to_have_text(["−5", "−1", "+15"])

    sign_out_and_in(page, "grace", factories.PASSWORD)
    expect(page.locator(".step--done")).to_have_count(3)
    change_password(page)
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    sign_out_and_in(page, "grace", PASSWORD)
    witness.look_again()


def test_every_face_of_a_project_is_for_everybody(page, witness, newcomer):
    dataset = newcomer.upload(factories.flowers(), "flowers.csv")
    jobs = [newcomer.train(dataset, target="kind", algorithm=key)["id"] for key in ("logistic", "knn")]
    models = [newcomer.ended(job)["model"] for job in jobs]
    workspace = newcomer.got("workspaces")["results"][0]["id"]
    newcomer.sign_in(page)

    data, model, project = f"data/{dataset}", f"models/{models[0]}", f"projects/{newcomer.project}"
    for address in (
        *(f"{data}/{face}" for face in ("columns", "columns/1", "columns/3", "quality", "relations?target=kind")),
        *(f"{data}/{face}" for face in ("versions", "used-by", "steps?add=impute&columns=width", "delete")),
        f"{data}/train?target=kind",
        *(f"{model}/{face}" for face in ("", "evaluation", "importance", "archive")),
        *(f"{project}/{place}" for place in ("recipes", f"models/compare?ids={','.join(models)}")),
        *(f"workspaces/{workspace}/{place}" for place in ("members", "settings", "audit", "delete")),
        *("workspaces", "workspaces/new", "projects/new"),
        *("account", "account/password", "account/keys", "account/credits", "account/close"),
    ):
        page.goto(f"{newcomer.product.url}/{address}".rstrip("/"))

    witness.look_again()


def test_json_is_a_table_too(page, witness, newcomer):
    rows = [
        {"length": index / 2, "kind": "long" if index > 20 else "short", "seen": {"by": "ada"}} for index in range(40)
    ]
    newcomer.sign_in(page)

    upload(page, "flowers.json", json.dumps(rows).encode())

    expect(page.get_by_text("40 rows × 3 columns")).to_be_visible()
    assert types_of(page.locator("thead .column-head")) == ["number", "category", "category"]


def test_the_whole_way_without_scripts(browser, product):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_up(page, product.url, "joan")
    upload(page, "flowers.csv", factories.flowers())
    train(page, "weight", scripts=False)
    answer = predict_a_real_row(page)

    assert float(answer.replace(",", "")) > 0
    assert credits_left(page) == 9
    go(page, "Predictions")
    expect(page.locator("tbody tr").first).to_contain_text(answer)
    sign_out_and_in(page, "joan", factories.PASSWORD)
    context.close()


@pytest.mark.parametrize(
    ("filename", "target", "algorithm"),
    [
        ("titanic.csv", "Survived", "random_forest"),
        ("diamonds.csv", "price", "hist_gradient_boosting"),
        ("bank_marketing_semicolon.csv", "y", "hist_gradient_boosting"),
        ("movies.json", "IMDB Rating", "hist_gradient_boosting"),
    ],
)
def test_real_tables_reach_a_prediction(page, witness, newcomer, shared_tables, filename, target, algorithm):
    newcomer.sign_in(page)
    upload(page, filename, (shared_tables / filename).read_bytes())

    train(page, target, algorithm=algorithm)
    expect(page.locator(".sentence")).to_contain_text(re.compile(r"\d"))
    answer = predict_a_real_row(page)

    assert answer
    assert credits_left(page) == 9
    witness.look_again()


def test_a_target_chosen_before_the_scripts_are_there_counts(page, newcomer):
    dataset = newcomer.upload(factories.flowers(), "flowers.csv")
    newcomer.sign_in(page)
    held = []
    page.route("**/*.js", lambda route: held.append(route))  # noqa: PLW0108 -- Playwright marks its handlers
    page.goto(f"{newcomer.product.url}/data/{dataset}/train", wait_until="commit")

    page.get_by_label("Target column").select_option("kind")
    for script in held:
        script.continue_()

    expect(page.locator("#plan input[name=shown_target]")).to_have_value("kind")
