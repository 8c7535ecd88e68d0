"""Feature steps from the page to a prediction: built, saved, trained with by page, reused by API on another table."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = pytest.mark.xdist_group("product")

STEPS = [("impute", "width"), ("rare_categories", "colour"), ("date_parts", "picked")]


def build(page, address):
    """Add the steps one by one, and save them as a recipe."""
    for count, (kind, column) in enumerate(STEPS, start=1):
        page.goto(f"{address}?add={kind}&columns={column}")
        page.get_by_role("button", name="Add step").click()
        expect(page.locator(".step")).to_have_count(count)
    page.get_by_label("Save these steps as").fill("Basics")
    page.get_by_role("button", name="Save", exact=True).click()


def train_with_them(page):
    """From the page of steps to a model that learnt after them."""
    page.get_by_role("link", name="Train with these steps").click()
    page.get_by_label("Target column").select_option("weight")
    expect(page.locator("#plan input[name=shown_target]")).to_have_value("weight")
    expect(page.get_by_role("radio", name=re.compile("^Your steps for this table"))).to_be_checked()
    page.locator("input[name=algorithm][value=linear]").check()
    page.get_by_role("button", name="Train · 1 credit").click()
    page.get_by_text("Learns after 3 feature steps").click()
    expect(page.get_by_text("Fill missing values: width (fill with median)")).to_be_visible()
    page.locator("#predict-now").click(timeout=60_000)


def ask_about_a_real_row(page):
    """Let the form be filled in, which asks for the table's own columns, and send it."""
    page.get_by_role("link", name="Use a random real row").click()
    expect(page.get_by_label("picked", exact=True)).to_be_visible()
    page.get_by_role("button", name="Predict · 5 credits").click()
    expect(page.get_by_text("5 credits charged")).to_be_visible()


def test_steps_go_from_the_page_into_models_that_agree(page, newcomer):
    table = factories.flowers(90)
    first, second = newcomer.upload(table, "flowers.csv"), newcomer.upload(table, "more flowers.csv")
    newcomer.sign_in(page)

    build(page, f"{newcomer.product.url}/data/{first}/steps")
    expect(page.get_by_text("“Basics” is saved")).to_be_visible()
    train_with_them(page)
    ask_about_a_real_row(page)
    by_page = newcomer.got("predictions")["results"][0]

    recipe = newcomer.got("recipes")["results"][0]
    job = newcomer.train(second, target="weight", algorithm="linear", recipe=recipe["id"])
    job = newcomer.ended(job["id"])
    assert [step["kind"] for step in job["steps"]] == [kind for kind, _ in STEPS]
    by_api = newcomer.made(f"models/{job['model']}/predict", {"features": by_page["rows"][0]})
    assert by_api["prediction"] == pytest.approx(by_page["answers"][0]["prediction"], rel=1e-12)


def test_steps_are_built_without_scripts(browser, newcomer):
    dataset = newcomer.upload(factories.flowers(), "flowers.csv")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    newcomer.sign_in(page)

    build(page, f"{newcomer.product.url}/data/{dataset}/steps")
    page.get_by_role("button", name="Move step 3 up").click()

    expect(page.locator(".step__name")).to_have_text(["Fill missing values", "Date parts", "Group rare categories"])
    expect(page.locator(".before-after th")).to_contain_text(["Before", "After", "picked", "picked year"])
    context.close()
