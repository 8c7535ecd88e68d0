"""How columns go together, on a page."""

import html

import pytest

from tests import factories


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


def shown(answer):
    return html.unescape(answer.content.decode())


def test_columns_are_ranked_by_what_they_tell_of_the_target(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/relations", {"target": "kind"})

    ginis = [each["gini"] for each in answer.context["relations"]]
    assert ginis == sorted(ginis, reverse=True)
    assert answer.context["leaks"] == ["length"]
    assert "Knows the answer" in shown(answer)
    assert "exact, every row" in shown(answer)


def test_the_target_is_remembered(web, dataset):
    page = f"/data/{dataset.pk}/relations"
    assert web.get(page).context["target"] == "weight"

    web.get(page, {"target": "kind"})

    assert web.get(page).context["target"] == "kind"


def test_a_target_that_is_not_there_is_told(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/relations", {"target": "Kind"})

    assert "There is no column 'Kind'; did you mean 'kind'?" in shown(answer)


def test_a_target_that_cannot_be_one_says_why(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/relations", {"target": "picked"})

    assert "picked holds dates" in shown(answer)


def test_the_numbers_of_the_map_are_one_click_away(web, dataset):
    without = web.get(f"/data/{dataset.pk}/relations")
    with_them = web.get(f"/data/{dataset.pk}/relations", {"numbers": "1"})

    assert "Associations in numbers" not in shown(without)
    assert 'href="?numbers=1#pairs"' in shown(without)
    assert "Associations in numbers" in shown(with_them)


def test_one_row_is_no_reason_to_break(web, person):
    dataset = factories.a_dataset(person, b"a,b,c\n1,x,2024-01-01\n", "one.csv")

    answer = web.get(f"/data/{dataset.pk}/relations")

    assert answer.status_code == 200
    assert "There are no two columns to compare" in shown(answer)


def test_two_chosen_columns_have_a_chart(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/relations", {"x": "colour", "y": "weight"})

    assert answer.context["pair"]["kind"] == "boxes"
    page = shown(answer)
    for words in ("colour and weight", "all 60 rows", "Correlation ratio", "Without one of them", "Show the numbers"):
        assert words in page
    assert '<option value="weight" selected>' in page


@pytest.mark.parametrize(
    ("asked", "words", "field"),
    [
        ({"x": "size", "y": "weight"}, "There is no column 'size'", "x"),
        ({"x": "weight", "y": "weight"}, "Choose two different columns.", "y"),
        ({"x": "weight"}, "Choose a column.", "y"),
    ],
)
def test_a_pair_that_cannot_be_drawn_says_why(web, dataset, asked, words, field):
    answer = web.get(f"/data/{dataset.pk}/relations", asked)

    assert words in shown(answer)
    assert (answer.context["pair_refused"], "pair" in answer.context) == (field, False)


def test_the_closest_pair_is_offered_and_every_pair_leads_to_its_chart(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/relations")

    closest = answer.context["pairs"][0]
    assert [name for _, _, name in answer.context["pair_chosen"]] == [closest["first"], closest["second"]]
    assert web.get(f"/data/{dataset.pk}/relations{closest['url']}").context["pair"]["x"]["name"] == closest["first"]


@pytest.mark.parametrize(
    ("click", "leads_to"),
    [
        ("?1,1", "?x=length&y=width#pair"),
        ("?30,60", "?x=width&y=wild#pair"),
        ("1@?1,1", "?x=length&y=width&version=1#pair"),
        ("?60,1", ""),
        ("?,", ""),
        ("?99999,99999", ""),
    ],
)
def test_a_click_in_the_map_leads_to_its_pair(web, dataset, click, leads_to):
    page = f"/data/{dataset.pk}/relations"

    answer = web.get(page, {"pair": click})

    assert (answer.status_code, answer["Location"]) == (302, page + leads_to)


def test_names_of_a_pair_are_shown_as_text(web, person):
    hostile = "<script>alert(1)</script>"
    rows = "".join(f"{place % 7}.5,<b>w{place % 3}</b>\n" for place in range(40))
    dataset = factories.a_dataset(person, f"{hostile},<i>kind</i>\n{rows}".encode(), "hostile.csv")

    page = web.get(f"/data/{dataset.pk}/relations", {"x": hostile, "y": "<i>kind</i>"}).content.decode()

    assert "Correlation ratio" in page
    assert all(markup not in page for markup in (hostile, "<i>kind", "<b>w0"))


def test_a_page_of_a_hundred_columns_stays_light(web, person):
    names = [f"column_number_{place:03d}" for place in range(100)]
    rows = [",".join(str((row * (place + 3)) % 97 / 2) for place in range(100)) for row in range(60)]
    dataset = factories.a_dataset(person, "\n".join([",".join(names), *rows, ""]).encode(), "wide.csv")
    page = f"/data/{dataset.pk}/relations"

    for asked in ({}, {"numbers": "1"}, {"x": names[0], "y": names[1]}):
        assert len(web.get(page, asked).content) < 60_000
