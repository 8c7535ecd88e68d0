"""Dates as numbers a model can use."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from ml.steps.shapes import DATE_PARTS

_DAY_US = 86_400_000_000


class DateParts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn each date into six numbers: year, month, day, weekday (Monday 0), hour, days since 1970.

    Months and hours are left as they count (December is far from January): trees cut them anywhere, and a
    linear model has the days for the trend. NaT gives NaN in all six. Only the columns' names are learnt.

    >>> moments = pd.DataFrame({"at": pd.to_datetime(["1970-01-02 06:00", None])})
    >>> DateParts().fit_transform(moments).tolist()[0]
    [1970.0, 1.0, 2.0, 4.0, 6.0, 1.25]
    """

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: N803 -- scikit-learn's signature
        validate_data(self, X, skip_check_array=True)
        self.n_features_out_ = len(DATE_PARTS) * self.n_features_in_
        return self

    def transform(self, X: pd.DataFrame) -> Any:  # noqa: N803 -- scikit-learn's signature
        """Return an array of shape (rows, 6 × columns), the parts of one column beside one another."""
        check_is_fitted(self)
        validate_data(self, X, reset=False, skip_check_array=True)
        columns = [_parts(pd.Series(X.iloc[:, place])) for place in range(X.shape[1])]
        return np.hstack(columns)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        names = _check_feature_names_in(self, input_features)
        return np.array([f"{name} {part}" for name in names for part in DATE_PARTS], dtype=object)


def _parts(moments: "pd.Series[Any]") -> Any:
    at = moments.dt
    since_1970 = moments.to_numpy("datetime64[us]").astype(np.int64) / _DAY_US
    parts = np.column_stack([at.year, at.month, at.day, at.day_of_week, at.hour, since_1970]).astype(np.float64)
    parts[moments.isna().to_numpy()] = np.nan
    return parts
