"""What is in a table, for programs: its rows filtered, and its profile."""

import json

import pytest

from datasets.api.row_serializers import ColumnProfileSerializer, ProfileSerializer
from datasets.models import VersionStatus
from tests import factories
from tests.factories import refused


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


def preview(api, dataset, **query):
    return api.get(f"/api/datasets/{dataset.pk}/preview", query)


def profile(api, dataset, **query):
    return api.get(f"/api/datasets/{dataset.pk}/profile", query)


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({"column": "colour", "equals": "red"}, 15),
        ({"column": "colour", "missing": "true"}, 15),
        ({"column": "colour", "other": "1"}, 30),
        ({"column": "length", "from": "1.0", "to": "2.0"}, 13),
        ({"column": "length", "to": "2"}, 13),
        ({"column": "picked", "from": "2024-12-01"}, 5),
        ({"column": "wild", "equals": "yes"}, 40),
        ({"search": "RED"}, 15),
        ({"search": "red", "column": "wild", "equals": "no"}, 5),
        ({"version": "1"}, 60),
    ],
)
def test_preview_shows_and_counts_the_rows_that_fit(api, dataset, query, total):
    answer = preview(api, dataset, limit=500, **query).json()

    assert (answer["total"], len(answer["rows"])) == (total, total)


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ({"column": "size", "equals": "1"}, "column"),
        ({"column": "length"}, "column"),
        ({"equals": "red"}, "column"),
        ({"column": "length", "equals": "red"}, "equals"),
        ({"column": "length", "from": "red"}, "from"),
        ({"column": "length", "to": "red"}, "to"),
        ({"column": "colour", "from": "a"}, "from"),
        ({"column": "colour", "other": "11"}, "other"),
        ({"column": "colour", "missing": "perhaps"}, "missing"),
        ({"version": "0"}, "version"),
    ],
)
def test_preview_names_the_parameter_that_does_not_fit(api, dataset, query, attr):
    status, _, found = refused(preview(api, dataset, **query))

    assert (status, found) == (400, attr)


def test_profile_tells_what_the_document_promises(api, dataset):
    answer = profile(api, dataset).json()

    assert set(answer) == set(ProfileSerializer().fields)
    assert all(set(column) == set(ColumnProfileSerializer().fields) for column in answer["columns"])
    assert (answer["version"], answer["schema"], answer["rows"], answer["exact"]) == (1, 1, 60, True)
    assert (answer["duplicates"], answer["target"]) == ({"rows": 0, "exact": True}, None)


def test_profile_of_each_column_is_exact(api, dataset):
    columns = {column["name"]: column for column in profile(api, dataset).json()["columns"]}

    assert (columns["width"]["missing"], columns["width"]["unique"], columns["width"]["min"]) == (7, 5, 0.5)
    assert sum(columns["length"]["histogram"]["counts"]) == 60
    assert columns["colour"]["top_values"][0] == {"value": "blue", "count": 15}
    assert (columns["colour"]["mean"], columns["picked"]["dtype"]) == (None, "datetime")


def test_profile_with_a_target_tells_what_gives_it_away(api, dataset):
    target = profile(api, dataset, target="kind").json()["target"]

    leaks = [each["column"] for each in target["relations"] if each["leak"] == "exclude"]
    assert (target["target"], target["task"], leaks) == ("kind", "classification", ["length"])


@pytest.mark.parametrize(
    ("query", "attr"), [({"target": "Kind"}, "target"), ({"target": "picked"}, "target"), ({"version": "x"}, "version")]
)
def test_profile_names_the_parameter_that_does_not_fit(api, dataset, query, attr):
    assert refused(profile(api, dataset, **query)) == (400, "invalid", attr)


def test_no_profile_or_preview_of_a_version_that_is_not_there(api, dataset):
    assert [call(api, dataset, version=2).status_code for call in (preview, profile)] == [404, 404]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (VersionStatus.PROCESSING, "dataset_processing"),
        (VersionStatus.FAILED, "dataset_failed"),
        (VersionStatus.PURGED, "dataset_purged"),
    ],
)
def test_no_profile_or_preview_of_a_version_without_rows(api, dataset, status, code):
    dataset.versions.update(status=status)

    assert [refused(call(api, dataset)) for call in (preview, profile)] == [(409, code, None)] * 2


def test_profile_holds_no_number_that_json_has_not(api, person):
    rows = [["", "", "1e308", "x"], ["", "5", "-1e308", "x"], ["", "", "1e308", "x"]]
    dataset = factories.a_dataset(person, factories.csv(["none", "one", "huge", "same"], rows), "odd.csv")

    answer = profile(api, dataset, target="huge")

    json.loads(answer.content, parse_constant=pytest.fail)
    assert answer.status_code == 200


def test_a_pair_has_the_figures_of_its_chart(api, dataset):
    found = api.get(f"/api/datasets/{dataset.pk}/pair", {"x": "length", "y": "width"}).json()

    assert (found["kind"], len(found["points"]), found["used_rows"]) == ("points", found["used_rows"], 53)
    assert (found["rows"], found["exact"], found["sample_rows"]) == (60, True, None)
    assert found["association"]["measure"] == "spearman"
    assert set(found) & {"squares", "boxes", "shares", "means"} == set()


@pytest.mark.parametrize(
    ("asked", "attr"),
    [({"x": "length"}, "y"), ({"x": "size", "y": "width"}, "x"), ({"x": "width", "y": "width"}, "y")],
)
def test_a_pair_that_cannot_be_drawn_is_refused_by_name(api, dataset, asked, attr):
    answer = api.get(f"/api/datasets/{dataset.pk}/pair", asked)

    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, attr)


def test_a_pair_of_a_version_that_was_purged_is_a_conflict(api, dataset):
    dataset.versions.update(status=VersionStatus.PURGED)

    answer = api.get(f"/api/datasets/{dataset.pk}/pair", {"x": "length", "y": "width"})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "dataset_purged")
