import numpy as np

from ml.tables.repeats import count_repeats, repeats
from tests.ml.factories import stored


def test_rows_that_are_equal_share_a_number_and_others_have_none(tmp_path):
    columns = [("size", "number"), ("town", "category")]
    values = {"size": [1.0, 2.0, 1.0, None, 1.0, None], "town": ["Rome", "Rome", "Rome", None, "Lima", None]}
    table, _ = stored(tmp_path, columns, values)

    found = repeats(table)

    assert found[0] == found[2] > 0
    assert found[3] == found[5] > 0
    assert found[0] != found[3]
    assert np.flatnonzero(found == 0).tolist() == [1, 4]
    assert count_repeats(table) == 2


def test_rows_of_nothing_but_zeros_are_equal_too(tmp_path):
    columns = [("a", "integer"), ("b", "boolean")]
    table, _ = stored(tmp_path, columns, {"a": [0, 0, 1, 0], "b": [False, False, False, True]})

    assert (repeats(table) > 0).tolist() == [True, True, False, False]
