"""Rows and columns back out of a stored table."""

import numpy as np
import pandas as pd
import pytest

from ml.tables.frames import load_frame, read_rows

CONTENTS = "n,gaps,x,word,flag,when\n" + "".join(
    f"{i},{'' if i % 2 else i},{i / 4},{'' if i == 3 else 'w'},{'true' if i % 3 else 'false'},2020-01-{i + 1:02d}\n"
    for i in range(5)
)


def test_read_rows_gives_a_page_in_file_order(read):
    table = read(CONTENTS)

    page = read_rows(table.path, table.summary.columns, offset=3, limit=10)

    assert page == [
        [3, None, 0.75, None, False, "2020-01-04T00:00:00"],
        [4, 4, 1.0, "w", True, "2020-01-05T00:00:00"],
    ]


@pytest.mark.parametrize(("offset", "limit", "count"), [(0, 2, 2), (5, 2, 0), (0, 0, 0), (4, 100, 1)])
def test_read_rows_ends_where_the_table_ends(read, offset, limit, count):
    table = read(CONTENTS)

    assert len(read_rows(table.path, table.summary.columns, offset=offset, limit=limit)) == count


def test_load_frame_has_real_names_and_types(read):
    table = read(CONTENTS)

    frame = load_frame(table.path, table.summary.columns, ["when", "n", "gaps", "x", "word"])

    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "when": "datetime64[us]",
        "n": "int64",
        "gaps": "float64",
        "x": "float64",
        "word": "str",
    }
    assert frame["gaps"].tolist() == pytest.approx([0, np.nan, 2, np.nan, 4], nan_ok=True)
    assert frame["when"].iloc[0] == pd.Timestamp(2020, 1, 1)
    assert frame["word"].isna().tolist() == [False, False, False, True, False]


def test_load_frame_reads_only_what_is_named(read):
    table = read(CONTENTS)

    assert load_frame(table.path, table.summary.columns, ["flag"]).columns.tolist() == ["flag"]
    with pytest.raises(KeyError, match="Flag"):
        load_frame(table.path, table.summary.columns, ["Flag"])
