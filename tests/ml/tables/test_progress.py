"""What a reading tells while it goes on, and the report of the rows that did not fit."""

import csv
import gzip
from collections import defaultdict

import pytest

from ml.tables.reading import Limits, read_table

ROWS = 1_000_000


@pytest.fixture
def told(tmp_path):
    """Read some contents and answer what was told: for each stage its (done, total, unit)."""

    def read(contents: bytes, name: str = "table.csv") -> dict[str, list[tuple[int, int, str]]]:
        heard = defaultdict(list)
        (tmp_path / "upload").write_bytes(contents)
        read_table(
            tmp_path / "upload",
            filename=name,
            destination=tmp_path / "table.parquet",
            report=lambda stage, *rest: heard[stage].append(rest),
        )
        return heard

    return read


def test_progress_counts_what_is_really_done(told):
    contents = b"name,n\n" + b"a word and another,12345\n" * ROWS

    heard = told(gzip.compress(contents, 1))

    assert {"unpacking", "checking", "typing", "describing"} <= set(heard)
    assert {total for _, total, _ in heard["checking"]} == {len(contents)}
    for stage, steps in heard.items():
        done = [each for each, _, _ in steps]
        assert done == sorted(done), stage
        assert all(each <= total for each, total, _ in steps), stage


def test_progress_of_rows_read_with_care_counts_bytes(told):
    contents = b"name,n\n" + b"a word and another,12345\n" * ROWS + b"short\n"

    heard = told(contents)

    assert {total for _, total, _ in heard["reading"]} == {len(contents)}
    assert heard["reading"][-1][0] == len(contents)


def test_who_listens_may_stop_the_reading(tmp_path):
    (tmp_path / "upload").write_bytes(b"a,b\n" + b"1,2\n" * 10)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_table(tmp_path / "upload", filename="t.csv", destination=tmp_path / "table.parquet", report=stop)

    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


def test_rows_that_did_not_fit_are_written_with_their_line_and_text(tmp_path):
    (tmp_path / "upload").write_text("a,b\n1,2\n3,4,=5\n6\n" + "7,8\n" * 10)

    read_table(tmp_path / "upload", filename="t.csv", destination=tmp_path / "t.parquet", bad_rows=tmp_path / "bad.csv")

    with (tmp_path / "bad.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["line", "reason", "text"],
            ["3", "3 cells where there are 2 columns; left out", "3,4,=5"],
            ["4", "1 cell where there are 2 columns; the rest counts as missing", "6"],
        ]


def test_no_report_is_written_when_every_row_fits(tmp_path):
    (tmp_path / "upload").write_text("a,b\n1,2\n")

    read_table(tmp_path / "upload", filename="t.csv", destination=tmp_path / "t.parquet", bad_rows=tmp_path / "bad.csv")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.parquet", "upload"]


def test_the_report_is_cut_where_it_grows_too_long(tmp_path):
    (tmp_path / "upload").write_text("a,b\n" + "1,2\n" * 30_000 + f"{'x' * 2000},2,3\n" * 11_000)

    summary = read_table(
        tmp_path / "upload",
        filename="t.csv",
        destination=tmp_path / "t.parquet",
        limits=Limits(),
        bad_rows=tmp_path / "bad.csv",
    )

    lines = (tmp_path / "bad.csv").read_text().splitlines()
    assert (summary.bad_row_count, len(summary.bad_rows), len(lines)) == (11_000, 100, 10_001)
    assert len(lines[1]) == len("30002,3 cells where there are 2 columns; left out,") + 1000


def test_lines_with_wrong_bytes_are_reported(tmp_path):
    (tmp_path / "upload").write_bytes(b"a,b\n" + "é東京,1\n".encode() * 20 + b"\xff,2\n")

    summary = read_table(tmp_path / "upload", filename="t.csv", destination=tmp_path / "t.parquet")

    assert [row.line for row in summary.bad_rows] == [22]
    assert summary.rows == 21
