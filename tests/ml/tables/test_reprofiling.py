from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq

from ml.schema import Column, Dtype, Role
from ml.tables.profiling import profile_table
from ml.tables.reprofiling import profile_again
from ml.tables.retyping import retype


def a_column(name, dtype):
    return Column(name=name, dtype=dtype, role=Role.FEATURE, missing=0, unique=3)


def test_only_what_changed_is_profiled_and_as_a_whole_table_would_be(tmp_path):
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"c0": [1.5, 2.5, 9.0], "c1": [1, 2, 2], "c2": ["2024-01-02", "x", None]}), path)
    columns = [a_column("a", Dtype.NUMBER), a_column("b", Dtype.INTEGER), a_column("c", Dtype.CATEGORY)]
    before = [*profile_table(path, columns)[:2], {"marked": True}]
    before[0] = {"untouched": True}

    corrected = retype(path, columns, {"b": Dtype.CATEGORY, "c": Dtype.DATETIME}).columns
    found = profile_again(path, corrected, before, {"b", "c"})

    assert found == [{"untouched": True}, *profile_table(path, corrected)[1:]]
    assert profile_again(path, [replace(each) for each in corrected], before, set()) == before
