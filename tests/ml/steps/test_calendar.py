import numpy as np
import pandas as pd
import pytest

from ml.steps.calendar import ChosenDateParts


def test_only_the_parts_chosen_are_read_off():
    moments = pd.DataFrame({"sold": pd.to_datetime(["2024-02-29 18:30", None])})

    made = ChosenDateParts(["sold"], parts=["hour", "year"]).fit_transform(moments)

    assert list(made.columns) == ["sold year", "sold hour"]
    assert made.to_numpy().tolist()[0] == [2024, 18]
    assert made.to_numpy().tolist()[1] == pytest.approx([np.nan, np.nan], nan_ok=True)
