"""Every real table of the shared folder, when it is there."""

import json
from pathlib import Path
from typing import Any

import pytest

from ml.tables.frames import load_frame
from ml.tables.profiling import profile_table
from ml.tables.reading import read_table

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
CATALOGUE = json.loads((DATA / "datasets.json").read_text()) if DATA.is_dir() else []

# What is not a feature, and the types of all columns in order, by their initials and # for an id.
EXPECTED = {
    "titanic": ({"PassengerId": "id"}, "#IITCNIICNCC"),
    "iris": ({}, "NNNNC"),
    "horse_colic": ({}, "IIINIIIIIIIIIIINIINNINIICCCI"),
    "telco_churn": ({"customerID": "id"}, "#CIBBIBCCCCCCCCCBCNNB"),
    "bank_marketing": ({}, "ICCCCCCIIIINNNNNI"),
    "seoul_bike": ({"Row": "id"}, "#DIINININNNNCCB"),
    "sms_spam": ({}, "CTTTT"),
    "diamonds": ({}, "NCCCNNINNN"),
    "nyc_taxis": ({}, "DDINNNNNCCCCCC"),
    "movies": ({}, "TIIIIDCICCCCCINI"),
}


def initials(table: Any) -> str:
    return "".join("#" if column.dtype == "id" else str(column.dtype)[0].upper() for column in table.columns)


@pytest.fixture(params=CATALOGUE, ids=lambda entry: entry["name"])
def entry(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


@pytest.fixture
def table(entry: dict[str, Any], tmp_path: Path) -> Any:
    return read_table(DATA / entry["file"], filename=entry["file"], destination=tmp_path / "t.parquet")


def test_a_real_table_is_read_whole_with_sensible_types(entry, table):
    roles, types = EXPECTED[entry["name"]]

    assert (table.rows, len(table.columns)) == (entry["rows"], entry["cols"])
    assert initials(table) == types
    assert {column.name: str(column.role) for column in table.columns if column.role != "feature"} == roles
    assert entry["target"] in {column.name for column in table.columns}
    assert table.dialect.header is (None if entry["read"]["format"] == "json" else entry["read"]["header"])


def test_a_real_table_is_profiled_as_pandas_would(entry, table, tmp_path):
    profile = profile_table(tmp_path / "t.parquet", table.columns)

    frame = load_frame(tmp_path / "t.parquet", table.columns, [column.name for column in table.columns])
    json.dumps(profile, allow_nan=False)
    for column, found in zip(table.columns, profile, strict=True):
        values = frame[column.name]
        assert (found["missing"], found["unique"]) == (values.isna().sum(), values.nunique())
        assert (found["missing"], found["unique"]) == (column.missing, column.unique)
        if found["mean"] is not None:
            spread = [values.mean(), values.std(), *values.quantile([0.05, 0.25, 0.5, 0.75, 0.95])]
            assert [found["mean"], found["std"], *found["quantiles"].values()] == pytest.approx(spread, rel=1e-9)


def test_the_classes_of_a_real_target_are_those_known(entry, table, tmp_path):
    frame = load_frame(tmp_path / "t.parquet", table.columns, [entry["target"]])

    known = {name: count for name, count in entry.get("classes", {}).items() if name != "?"}
    counts = frame[entry["target"]].dropna().value_counts()
    found = {str(int(value) if isinstance(value, float) else value): count for value, count in counts.items()}
    assert not known or found == known
