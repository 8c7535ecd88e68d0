"""What is wrong with a table, on a page."""

import html

from tests import factories
from workspaces.models import Role


def shown(answer):
    return html.unescape(answer.content.decode())


def messy(person):
    """Repeated rows, gaps, an outlier, and 999 for missing."""
    rows = [
        [row % 30, "" if row % 5 == 0 else row % 7, 999 if row in (7, 8, 9) else row % 20 + 30] for row in range(90)
    ]
    return factories.a_dataset(person, factories.csv(["a", "gaps", "age"], rows), "messy.csv")


def test_quality_counts_what_is_missing_repeated_and_odd(web, person):
    dataset = messy(person)

    context = web.get(f"/data/{dataset.pk}/quality").context

    assert [(each["name"], each["count"]) for each in context["missing"]["shown"]] == [("gaps", 18)]
    assert [(each["name"], each["value"], each["count"]) for each in context["disguised"]["shown"]] == [("age", 999, 3)]
    assert [(each["name"], each["count"]) for each in context["outliers"]["shown"]] == [("age", 3)]
    assert context["complete"] == 2


def test_each_finding_leads_to_its_rows(web, person):
    context = web.get(f"/data/{messy(person).pk}/quality").context

    odd = context["outliers"]["shown"][0]
    links = [
        (context["missing"]["shown"][0]["rows_url"], 18),
        (context["disguised"]["shown"][0]["rows_url"], 3),
        (odd["above_url"], 3),
    ]
    assert odd["below_url"] == ""
    for url, count in links:
        assert web.get(url.removesuffix("#rows")).context["page_obj"].paginator.count == count


def test_rows_left_out_are_listed_with_their_lines(web, person):
    dataset = factories.a_dataset(person, b"a,b\n1,2\n3,4\n5,6,7,8\n7,8\n9,10\n", "bad.csv")

    assert "Line 4:" in shown(web.get(f"/data/{dataset.pk}/quality"))


def test_a_table_without_fault_says_so(web, person):
    dataset = factories.a_dataset(
        person, factories.csv(["a", "b"], [[i % 11, i * 7 % 17] for i in range(40)]), "fine.csv"
    )

    assert "Nothing in this table asks for attention" in shown(web.get(f"/data/{dataset.pk}/quality"))


def test_viewers_are_offered_no_training(client, stranger, person):
    dataset = messy(person)
    factories.join(stranger, dataset.project.workspace, Role.VIEWER)
    client.force_login(stranger)

    source = shown(client.get(f"/data/{dataset.pk}/quality"))

    assert "“age” may hide missing values" in source
    assert "leave_out" not in source
