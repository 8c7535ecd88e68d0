"""What people get wrong, and what people try: a clear sentence in the right place, and nothing happens by it."""

import http.client
import json
import re
import socket

import pytest
from playwright.sync_api import Page, expect

from tests import factories

pytestmark = pytest.mark.xdist_group("product")

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
ODD_NAMES = ["<script>alert(1)</script>", "{{7*7}}", "東京", 'say "hi" it\'s', "__proto__"]


@pytest.fixture
def page(page, newcomer):
    """Signed in, and without a dialog ever opening."""
    opened = []
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    newcomer.sign_in(page)
    yield page
    assert opened == []


def upload(page: Page, person, content: bytes, filename: str) -> None:
    page.goto(f"{person.product.url}/projects/{person.project}/data/upload")
    page.locator("input[type=file]").set_input_files({"name": filename, "mimeType": "", "buffer": content})
    page.get_by_role("button", name="Upload", exact=True).click()


@pytest.mark.parametrize(
    ("filename", "content", "words"),
    [
        ("empty.csv", b"", "The file is empty. Choose one with a header row and some data."),
        ("picture.csv", PNG, "This is a picture (PNG); save the table as CSV, JSON or Parquet and upload that."),
        ("narrow.csv", b"only\n1\n2\n3\n", "Only one column was found; separate the columns by comma"),
        ("broken.json", b'[{"a": 1}, {"a": ', "The JSON cannot be read at line 1: expecting value."),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(page, newcomer, filename, content, words):
    upload(page, newcomer, content, filename)

    expect(page.locator("#id_file_error")).to_contain_text(words)
    expect(page.locator("input[type=file]")).to_have_attribute("aria-describedby", "id_file_error")
    assert newcomer.got("datasets")["count"] == 0


def open_training(page: Page, person, target: str) -> None:
    rows = [[index % 10 + 0.5, index * 2 % 7, "always"] for index in range(50)]
    dataset = person.upload(factories.csv(["size", "weight", "same"], rows), "things.csv")
    page.goto(f"{person.product.url}/data/{dataset}/train?target={target}")


def refused(page: Page, person) -> None:
    """Press the button; nothing may come of it."""
    page.get_by_role("button", name="Train · 1 credit").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was started or charged")
    assert person.got("training/jobs")["count"] == 0
    assert person.credits == 15


def test_a_target_with_one_value_is_refused_beside_it(page, newcomer):
    open_training(page, newcomer, "same")

    refused(page, newcomer)

    expect(page.locator("#id_target_error")).to_have_text(
        "same has the same value in every row, so there is nothing to predict; choose another column."
    )


def test_training_on_no_column_is_refused_above_the_columns(page, newcomer):
    open_training(page, newcomer, "weight")
    page.get_by_role("button", name="None", exact=True).click()

    refused(page, newcomer)

    expect(page.locator("#id_features_error")).to_have_text("Tick at least one column to learn from.")
    expect(page.locator("input[name=features]:checked")).to_have_count(0)


def test_a_parameter_out_of_range_is_refused_beside_it(page, newcomer):
    open_training(page, newcomer, "weight")
    page.locator("summary", has_text="Expert parameters").locator("visible=true").click()
    page.get_by_role("spinbutton", name="Trees").fill("99999")

    refused(page, newcomer)

    error = page.locator("#id_random_forest-n_estimators_error")
    expect(error).to_be_visible()
    expect(error).to_contain_text("from 1 to 2,000")
    expect(page.get_by_role("spinbutton", name="Trees")).to_have_value("99999")


def test_training_waits_for_the_target_just_chosen(page, newcomer):
    open_training(page, newcomer, "weight")
    page.route("**/train?target=size*", lambda route: None)

    page.get_by_label("Target column").select_option("size")

    expect(page.get_by_role("button", name="Train · 1 credit")).to_be_disabled()


def test_a_wrong_parameter_of_another_method_does_not_matter(page, newcomer):
    open_training(page, newcomer, "weight")
    page.locator("summary", has_text="Expert parameters").locator("visible=true").click()
    page.get_by_role("spinbutton", name="Trees").fill("99999")
    page.locator("input[value=hist_gradient_boosting]").check()

    page.get_by_role("button", name="Train · 1 credit").click()

    expect(page.locator("#open-model")).to_be_visible(timeout=60_000)


def test_words_where_a_number_belongs_charge_nothing(page, newcomer):
    dataset = newcomer.upload(factories.flowers(), "flowers.csv")
    wish = {"target": "kind", "algorithm": "logistic", "features": ["length", "width"]}
    job = newcomer.ended(newcomer.train(dataset, **wish)["id"])
    page.goto(f"{newcomer.product.url}/models/{job['model']}/predict")
    page.get_by_label("width").fill("2.5")
    page.get_by_label("length").fill("quite long")

    page.get_by_role("button", name="Predict · 5 credits").click()

    error = page.locator(".field", has=page.get_by_label("length")).locator(".field__error")
    expect(error).to_have_text("length must be a number, not 'quite long'.")
    expect(page.get_by_label("length")).to_have_value("quite long")
    expect(page.get_by_label("length")).to_be_focused()
    expect(page.get_by_label("width")).to_have_value("2.5")
    assert newcomer.credits == 14
    assert newcomer.got("predictions")["count"] == 0


def test_a_file_over_the_limit_is_refused_before_it_has_arrived(product, newcomer):
    head = (
        f"POST /api/datasets/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {newcomer.token}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {101 * 1024**2}\r\n\r\n"
    )
    part = '--x\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n\r\na,b\r\n'

    with socket.create_connection(("127.0.0.1", product.port), timeout=60) as line:
        line.sendall((head + part).encode())
        answer = http.client.HTTPResponse(line)
        answer.begin()
        body = json.load(answer)

    assert (answer.status, body["errors"][0]["code"]) == (413, "too_large")
    assert "limit of 100 MB" in body["errors"][0]["detail"]
    assert newcomer.got("datasets")["count"] == 0


def test_columns_may_be_called_anything(page, newcomer):
    rows = [
        [index % 5, index * 3 % 11, ["港", "山"][index % 2], f"{{{{{index % 3}}}}}", index * 2] for index in range(60)
    ]
    header = [f'"{name.replace(chr(34), chr(34) * 2)}"' for name in ODD_NAMES]
    upload(page, newcomer, factories.csv(header, rows), "<b>odd</b>.csv")
    expect(page.locator("thead .column-head__name")).to_have_text(ODD_NAMES)
    page.goto(f"{page.url}/columns")
    for name in ODD_NAMES:
        expect(page.get_by_role("rowheader").get_by_text(name, exact=True)).to_be_visible()

    page.get_by_role("link", name="Train a model").click()
    page.get_by_label("Target column").select_option("東京")
    expect(page.locator("#plan input[name=shown_target]")).to_have_value("東京")
    page.get_by_role("button", name="Train · 1 credit").click()
    page.locator("#open-model").click(timeout=60_000)
    expect(page.get_by_role("rowheader").get_by_text(ODD_NAMES[0], exact=True)).to_be_visible()
    page.get_by_role("link", name="Predict", exact=True).click()
    page.get_by_role("link", name="Use a random real row").click()
    expect(page.get_by_text("held out")).to_be_visible()
    page.get_by_label(ODD_NAMES[0]).fill("4")
    page.get_by_role("button", name="Predict · 5 credits").click()

    expect(page.locator(".answer__value")).to_have_text(re.compile("^[港山]$"))
    page.get_by_role("link", name="Kept in the history").click()
    for name in set(ODD_NAMES) - {"東京"}:
        expect(page.locator("dt").get_by_text(name, exact=True)).to_be_visible()
