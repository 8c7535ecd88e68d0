"""JSON in its shapes."""

import json

import pytest

from ml.errors import UnreadableTable
from ml.schema import Dtype
from ml.tables import json_columns, json_text
from ml.tables.reading import Limits


def test_an_array_of_objects_is_a_table(read):
    table = read('[{"a": 1, "b": "x"}, {"b": null, "a": 2.5}]')

    assert table.summary.dialect.format == "json"
    assert table.names == ["a", "b"]
    assert table.rows == [[1.0, "x"], [2.5, None]]


def test_lines_of_objects_are_a_table(read):
    table = read('{"a": 1, "b": "x"}\n\n{"a": 2, "b": "y"}\n', "table.txt")

    assert table.summary.dialect.format == "jsonl"
    assert table.rows == [[1, "x"], [2, "y"]]


def test_a_key_met_late_is_a_column_from_the_start(read):
    lines = [json.dumps({"a": i, "b": i % 7}) for i in range(40_000)]

    table = read("\n".join([*lines, '{"late": 1}']))

    assert table.names == ["a", "b", "late"]
    assert table.column("late").missing == 40_000
    assert table.rows[-1] == [None, None, 1]


def test_keys_that_differ_in_case_are_different_columns(read):
    assert read('[{"Age": 1, "age": 2}, {"age": 4, "Age": 3}]').rows == [[1, 2], [3, 4]]


def test_numbers_keep_their_digits(read):
    table = read('[{"a": 12345678901234567890123, "b": 1.10}, {"a": 2, "b": 1e-7}]')

    assert table.values("a") == ["12345678901234567890123", "2"]
    assert table.values("b") == [1.1, 1e-7]


def test_numbers_among_words_and_nested_values_are_kept(read):
    table = read('[{"title": 1941, "cast": [{"n": 1}]}, {"title": "Jaws", "cast": {"é": true}}]')

    assert table.values("title") == ["1941", "Jaws"]
    assert table.values("cast") == ['[{"n": 1}]', '{"é": true}']


def test_booleans_and_words_for_nothing(read):
    table = read('[{"a": true, "b": NaN, "c": "NA"}, {"a": false, "b": Infinity, "c": "x"}, {"b": 1}]')

    assert table.column("a").dtype is Dtype.BOOLEAN
    assert table.rows == [[True, None, None], [False, None, "x"], [None, 1, None]]


def test_rows_are_found_inside_a_lone_object(read):
    assert read('{"page": 1, "data": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]}').rows == [[1, 2], [3, 4]]
    assert read('{"x": {"a": 1, "b": 2}, "y": {"a": 3, "b": 4}}').rows == [["x", 1, 2], ["y", 3, 4]]
    assert read('{"a": 1, "b": 2}').rows == [[1, 2]]


@pytest.mark.parametrize(
    "value",
    [
        {"success": True, "result": {"total": 2, "records": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}},
        {
            "responseHeader": {"status": 0},
            "response": {"numFound": 2, "docs": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]},
        },
        {"latitude": 52.5, "hourly_units": {"a": "h"}, "hourly": {"a": [1, 2, None], "b": ["x", "y", None]}},
        {"data": {"search": {"count": 2, "nodes": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}}},
    ],
)
def test_rows_are_found_inside_of_wrappers_of_wrappers(read, value):
    table = read(json.dumps(value), "t.json")

    assert table.names == ["a", "b"]
    assert table.rows[:2] == [[1, "x"], [2, "y"]]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"k1": {"a": 1, "in": [{"x": 1}, {"x": 2}]}, "k2": {"a": 2}}, ["key", "a", "in"]),
        ({"k1": {"a": 1, "in": [{"x": 1}, {"x": 2}]}, "k2": {}, "k3": {"a": 5}}, ["key", "a", "in"]),
        ({"ada": {"math": [1, 2, 3], "art": [3, 4, 5]}, "eve": {"sport": [3, 4, 5]}}, ["key", "math", "art", "sport"]),
        ({"name": "x", "place": {"lat": [1, 2], "lon": [3, 4]}, "b": 3}, ["name", "place", "b"]),
    ],
)
def test_lists_within_rows_are_no_table(read, value, names):
    assert read(json.dumps(value), "t.json").names == names


@pytest.mark.parametrize(
    "contents",
    [
        '{"a": [1, 2], "b": ["x", null]}',
        '{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": null}}',
        '{"a": {"0": 1, "1": 2}, "b": {"1": null, "0": "x"}}',
        '{"columns": ["a", "b"], "data": [[1, "x"], [2, null]]}',
        '{"columns": ["a", "b"], "index": [0, 1], "data": [[1, "x"], [2, null]]}',
    ],
)
def test_a_table_written_column_by_column_is_turned(read, contents):
    table = read(contents, "table.json")

    assert table.summary.dialect.format == "json"
    assert table.names == ["a", "b"]
    assert table.rows == [[1, "x"], [2, None]]


def test_an_index_that_says_something_is_a_column(read):
    assert read('{"a": {"2019": 1, "2020": 2}, "b": {"2019": 3, "2020": 4}}').rows == [[2019, 1, 3], [2020, 2, 4]]
    assert read('{"columns": ["a", "b"], "index": ["x", "y"], "data": [[1, 2], [3, 4]]}').names == ["key", "a", "b"]


def test_columns_too_long_to_be_turned_are_refused(read, monkeypatch):
    monkeypatch.setattr(json_text, "_CHUNK", 100)
    monkeypatch.setattr(json_text, "_LONGEST_OBJECT", 1000)

    with pytest.raises(UnreadableTable, match="column by column, and of such a file at most") as refusal:
        read(json.dumps({"a": list(range(500)), "b": list(range(500))}))

    assert refusal.value.is_too_large


def test_columns_of_many_rows_are_turned_in_pieces(read, monkeypatch):
    monkeypatch.setattr(json_columns, "_CELLS_AT_ONCE", 7)

    assert read(json.dumps({"a": list(range(50)), "b": [i % 3 for i in range(50)]})).rows == [
        [i, i % 3] for i in range(50)
    ]


def test_objects_are_read_across_the_pieces_of_a_file(read, monkeypatch):
    monkeypatch.setattr(json_text, "_CHUNK", 7)
    rows = [{"name": f'Zoë {i} \\ " [{{', "n": i} for i in range(50)]

    for contents in (json.dumps(rows), "\n".join(map(json.dumps, rows)), json.dumps({"rows": rows}, indent=1)):
        assert read(contents).rows == [[row["name"], row["n"]] for row in rows]


def test_a_wrapper_too_large_to_hold_is_read_piece_by_piece(read, monkeypatch):
    monkeypatch.setattr(json_text, "_CHUNK", 100)
    monkeypatch.setattr(json_text, "_LONGEST_OBJECT", 1000)
    rows = [{"a": i, "b": i % 3} for i in range(500)]

    assert read(json.dumps({"data": rows, "count": 500})).rows == [[row["a"], row["b"]] for row in rows]


@pytest.mark.parametrize(
    ("contents", "names", "rows", "header"),
    [
        ('[["a", "b"], [1, 2], [3, 4]]', ["a", "b"], [[1, 2], [3, 4]], True),
        ('[["id", "2019"], ["x", 2], ["y", null]]', ["id", "2019"], [["x", 2], ["y", None]], True),
        ('[["x", "2"], ["y", "4"]]', ["col_0", "col_1"], [["x", 2], ["y", 4]], False),
        ("[[1, 2], [3, 4]]", ["col_0", "col_1"], [[1, 2], [3, 4]], False),
        ('[["x", 2], ["y", 4]]', ["col_0", "col_1"], [["x", 2], ["y", 4]], False),
        ('[["a", "a"], [1, 2, 5], [3]]', ["a", "a_2", "col_2"], [[1, 2, 5], [3, None, None]], True),
        ('[["a", "b", "c"], [1, 2], [3, 4]]', ["a", "b", "c"], [[1, 2, None], [3, 4, None]], True),
    ],
)
def test_a_list_of_lists_is_a_table(read, contents, names, rows, header):
    table = read(contents, "table.json")

    assert (table.names, table.rows, table.summary.dialect.header) == (names, rows, header)


SOCRATA = {
    "meta": {"view": {"columns": [{"name": "a", "id": 1}, {"name": "b", "id": 2}]}},
    "data": [[1, "x"], [2, "y"]],
}


@pytest.mark.parametrize(
    ("value", "left_out"),
    [
        (SOCRATA, ["Only the rows in “data” of the JSON were read; “meta” was left out."]),
        ({"fields": [{"id": "a"}, {"id": "b"}], "records": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}, ["“fields” was"]),
        ({"fields": ["a", "b"], "rows": [[1, "x"], [2, "y"]]}, []),
        ({"at": 5, "rows": [["a", "b"], [1, "x"], [2, "y"]], "ok": True}, ["“at” and “ok” were left out."]),
        ({"count": 2, "data": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}, ["“count” was left out."]),
    ],
)
def test_what_stands_beside_the_rows_is_left_out_and_told(read, value, left_out):
    table = read(json.dumps(value), "table.json")

    assert (table.names, table.rows) == (["a", "b"], [[1, "x"], [2, "y"]])
    assert len(table.summary.notes) == len(left_out)
    assert all(words in note for words, note in zip(left_out, table.summary.notes, strict=True))


def test_lists_inside_a_wrapper_too_large_to_hold_are_read_piece_by_piece(read, monkeypatch):
    monkeypatch.setattr(json_text, "_CHUNK", 100)
    monkeypatch.setattr(json_text, "_LONGEST_OBJECT", 1000)
    rows = [[i, f"[{i % 3}]"] for i in range(500)]

    table = read(json.dumps({**SOCRATA, "data": rows, "count": 500}), "table.json")

    assert (table.names, table.rows) == (["a", "b"], rows)
    assert table.summary.notes == [
        "Only the rows in “data” of the JSON were read; “meta” and what follows the rows were left out."
    ]


@pytest.mark.parametrize(
    ("contents", "where"),
    [
        ('[{"a": 1, "b": 2},\n {"a": 1, "b" 2}]', "line 2: expecting ':' delimiter"),
        ('[{"a": 1, "b": 2},\n {"a": 1', "line 2"),
        ('[{"a": 1, "b": 2}', "line 1: it ends too early"),
        ('[{"a": 1, "b": 2}] extra', "line 1: there is more text"),
        ('{"a": 1, "b": 2}\nnone\nnone at all\n', "line 3: each line must be an object"),
        ('{"a": 1,\n"b": 2}\n{"a": 1,\n "b": }\n', "line 4: expecting value"),
        ("[1, 2, 3]", "line 1: each row must be an object"),
        ("[[1, 2],\n {}]", "line 2: each row must be a list, as the first is"),
        ("[[1, 2], [3, 4]", "line 1: it ends too early"),
        ('[{"a": 1, "b": 2},\n\n 5]', "line 3: each row must be an object"),
        ('"just a text"', "line 1: it starts with neither"),
        ('{"a": [1, 2, 3], "b": ["x"]}', "column by column, but “a” has 3 values and “b” has 1; make them fit."),
        ('{"a": {"0": 1, "1": 2}, "b": {"0": 3}}', "“a” has 2 values and “b” has 1"),
        ('{"a": {"0": 1, "1": 2}, "b": {"0": 3, "2": 4}}', "“a” has a value for row 1, and “b” has none"),
        ('{"columns": ["a", "b"], "data": [[1, 2], [3]]}', "its row 2 has 1 values, and there are 2 columns"),
        ('{"columns": ["a", "b"], "index": [0], "data": [[1, 2], [3, 4]]}', "its index has 1 values, and its data 2"),
        ('{"columns": ["a", "a"], "data": [[1, 2], [3, 4]]}', "2 of its columns are called “a”"),
        ("[" * 20_000, "line 1"),
        ('[{"a": ' + "[" * 20_000, "line 1: it is nested too deeply"),
        ('[{"a": ' + "9" * 5000 + "}]", "line 1: a number has too many digits"),
    ],
)
def test_broken_json_is_refused_with_its_line(read, contents, where):
    with pytest.raises(UnreadableTable) as refusal:
        read(contents, "table.json")

    assert refusal.value.code == "broken_json"
    assert where in refusal.value.detail


def test_a_line_that_is_no_object_is_left_out_and_told(read):
    table = read('{"a": 1, "b": 2}\n{"a": 1, "b": }\n{"a": 3, "b": 4}\nnone\n{"a": 5, "b": 6}\n{"a": 7', "table.jsonl")

    assert table.rows == [[1, 2], [3, 4], [5, 6]]
    assert [row.line for row in table.summary.bad_rows] == [2, 4, 6]
    assert table.summary.notes == ["3 lines are no JSON object, left out."]


def test_half_characters_and_nul_do_no_harm(read):
    table = read('[{"a": "x\\ud800y", "b": 1}, {"a": "n\\u0000l", "b": 2}, {"a": "\\ud83d\\ude42", "b": 3}]')

    assert table.values("a") == ["x\ufffdy", "nl", "🙂"]


def test_too_many_keys_are_refused(read):
    with pytest.raises(UnreadableTable, match="more than 3 different keys") as refusal:
        read('{"a": 1, "b": 2}\n{"c": 1, "d": 2}\n', limits=Limits(max_columns=3))

    assert refusal.value.code == "too_many_columns"


def test_a_huge_value_is_refused(read):
    with pytest.raises(UnreadableTable, match="in row 2 is longer than 1,000 bytes") as refusal:
        read(json.dumps([{"a": 1, "b": "x"}, {"a": 2, "b": "x" * 1001}]), limits=Limits(max_cell_bytes=1000))

    assert refusal.value.code == "cell_too_long"
