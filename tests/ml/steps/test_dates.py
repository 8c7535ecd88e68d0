import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from ml.steps.dates import DateParts


def moments():
    return pd.DataFrame({"sold": pd.to_datetime(["2024-02-29 18:30", None])})


def test_date_parts_are_the_numbers_of_the_calendar():
    parts = DateParts().fit_transform(moments())

    assert parts[0].tolist() == [2024.0, 2.0, 29.0, 3.0, 18.0, 19782 + 18.5 / 24]
    assert np.isnan(parts[1]).all()


def test_date_parts_bear_names():
    fitted = DateParts().fit(moments())

    assert fitted.get_feature_names_out().tolist() == [
        "sold year",
        "sold month",
        "sold day",
        "sold weekday",
        "sold hour",
        "sold days",
    ]


def test_date_parts_must_be_fitted_first():
    with pytest.raises(NotFittedError):
        clone(DateParts().fit(moments())).transform(moments())


def test_date_parts_refuse_other_columns_than_they_were_fitted_to():
    with pytest.raises(ValueError, match="feature names"):
        DateParts().fit(moments()).transform(moments().rename(columns={"sold": "bought"}))
