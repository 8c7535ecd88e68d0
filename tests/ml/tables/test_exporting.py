import csv
import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.schema import Column, Dtype, Role
from ml.tables.exporting import csv_chunks, csv_line, parquet_chunks, safe_text


def a_column(name, dtype, written=""):
    return Column(name=name, dtype=Dtype(dtype), role=Role.FEATURE, missing=0, unique=9, written=written)


@pytest.fixture
def stored(tmp_path):
    """Stores columns of values, as a table is stored."""

    def store(*columns):
        path = tmp_path / "table.parquet"
        pq.write_table(pa.table({f"c{place}": values for place, values in enumerate(columns)}), path)
        return path

    return store


def rows_of(path, columns):
    return list(csv.reader(io.StringIO(b"".join(csv_chunks(path, columns)).decode(), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+SUM(A1)",
        "-2+3",
        "@x",
        "\tx",
        "\rx",
        "\nx",
        "＝1",
        "＋1+1",
        "－x",
        "＠x",
        " =1",
        "\xa0=1",
        "\u3000@x",
        "-",
    ],
)
def test_a_formula_gets_an_apostrophe_here_and_in_the_table(stored, text):
    path, column = stored(pa.array([text])), a_column(text, "text")

    assert safe_text(text) == "'" + text
    assert rows_of(path, [column]) == [["'" + text], ["'" + text]]


@pytest.mark.parametrize("text", ["-5", "-1.5", "+49151", "-1,5", "a=b", "plain", "'=1", "5-3", " x", "é", "—"])
def test_what_is_no_formula_stays(stored, text):
    path = stored(pa.array([text]))

    assert safe_text(text) == text
    assert rows_of(path, [a_column("a", "text")]) == [["a"], [text]]


def test_csv_has_each_type_as_people_write_it(stored):
    moment, day = pd.Timestamp("2024-05-03 10:20:30"), pd.Timestamp("2024-05-03")
    path = stored([-3, None], [0.1, -2.0], [True, None], [moment, None], [None, day], ['say "hi", now', "two\nlines"])
    kinds = ["integer", "number", "boolean", "datetime", "datetime", "text"]

    found = b"".join(csv_chunks(path, [a_column(f"c {kind}", kind) for kind in kinds])).decode()

    assert found == (
        "c integer,c number,c boolean,c datetime,c datetime,c text\n"
        '-3,0.1,true,2024-05-03 10:20:30,,"say ""hi"", now"\n'
        ',-2.0,,,2024-05-03,"two\nlines"\n'
    )


def test_a_row_of_one_missing_value_is_still_a_row(stored):
    path = stored(pa.array(["a", None], pa.string()))

    assert b"".join(csv_chunks(path, [a_column("a", "text")])) == b'a\na\n""\n'


@settings(max_examples=30)
@given(st.lists(st.tuples(st.text(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False)), min_size=1))
def test_csv_reads_back_as_the_same_values(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("t") / "table.parquet"
    texts, whole, broken = zip(*rows, strict=True)
    pq.write_table(pa.table({"c0": pa.array(texts), "c1": pa.array(whole), "c2": pa.array(broken)}), path)

    _, *found = rows_of(path, [a_column("a", "text"), a_column("b", "integer"), a_column("c", "number")])

    assert [(text, int(a), float(b)) for text, a, b in found] == [(safe_text(text), a, b) for text, a, b in rows]


def test_parquet_has_real_names_types_and_texts(stored):
    path = stored(["=1", "x"], [1, None], ["yes", "No"], [3.0, 2.5], ["2024-05-03", "?"])
    columns = [
        a_column("a text", "text"),
        a_column("code", "category"),
        a_column("wild", "boolean"),
        a_column("grade", "id"),
        a_column("when", "datetime", "day_first"),
    ]

    found = pq.read_table(pa.BufferReader(b"".join(parquet_chunks(path, columns))))

    assert [str(field.type) for field in found.schema] == ["string", "string", "bool", "string", "timestamp[us]"]
    assert found.column_names == ["a text", "code", "wild", "grade", "when"]
    assert found.to_pydict() == {
        "a text": ["=1", "x"],
        "code": ["1", None],
        "wild": [True, False],
        "grade": ["3", "2.5"],
        "when": [pd.Timestamp("2024-05-03"), None],
    }


def test_rows_come_in_pieces_and_in_order(stored):
    path, column = stored(list(range(120_000))), a_column("n", "integer")

    pieces = list(csv_chunks(path, [column]))

    assert len(pieces) > 2
    assert b"".join(pieces).split() == [b"n", *(str(n).encode() for n in range(120_000))]
    table = pq.read_table(pa.BufferReader(b"".join(parquet_chunks(path, [column]))))
    assert table["n"].to_pylist() == list(range(120_000))


def test_an_empty_table_has_its_header(stored):
    path, column = stored(pa.array([], pa.int64())), a_column("n", "integer")

    assert b"".join(csv_chunks(path, [column])) == b"n\n"
    assert pq.read_table(pa.BufferReader(b"".join(parquet_chunks(path, [column])))).num_rows == 0


def test_a_line_is_quoted_where_it_has_to_be():
    assert csv_line(["a", "b,c", 'd"e', "f\ng", "=h,"]) == 'a,"b,c","d""e","f\ng","\'=h,"\n'
    assert csv_line([""]) == '""\n'
