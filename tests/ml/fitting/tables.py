"""Fits of small tables, followed."""

import numpy as np
import pandas as pd

from ml.fitting import fit
from ml.plan import make_plan
from tests.ml.factories import stored

DTYPES = {"who": "category", "when": "datetime", "town": "category", "kind": "category"}


def visits(rows=150):
    """People (`who`) who come several times (`when`), and what follows from `size` and `town`."""
    random = np.random.default_rng(2)
    size, town = random.normal(size=rows), random.choice(["Oslo", "Rome", "Lima"], rows)
    amount = 3 * size + 2 * (town == "Rome") + random.normal(size=rows)
    hours = random.integers(0, 2_000, rows)
    return {
        "size": size.round(3).tolist(),
        "town": town.tolist(),
        "who": [f"p{person}" for person in random.integers(0, 30, rows)],
        "when": [pd.Timestamp("2024-01-01") + pd.Timedelta(hours=int(hour)) for hour in hours],
        "amount": amount.round(3).tolist(),
        "kind": np.where(amount > 1, "dear", "cheap").tolist(),
    }


def planned(folder, *, values=None, target="kind", algorithm="logistic", **wish):
    values = values or visits()
    columns = [(name, DTYPES.get(name, "number")) for name in values]
    table, described = stored(folder, columns, values)
    wish = {"features": ["size", "town"], **wish}
    return table, make_plan(described, rows=len(values[target]), target=target, algorithm=algorithm, **wish)


def followed(folder, *, stop=lambda _reports: False, cores=1, **wish):
    """Fit a plan; returns the outcome, the reports and the rows that judge. `stop` is asked with the reports so far."""
    table, plan = planned(folder, **wish)
    reports = []
    outcome = fit(
        plan, table=table, destination=folder, report=reports.append, should_stop=lambda: stop(reports), cores=cores
    )
    return outcome, reports, pd.read_parquet(folder / "holdout.parquet")


def trials(reports):
    """What is to be the same each time of the trials told."""
    return [
        {key: value for key, value in report.values.items() if not key.endswith("_seconds")}
        for report in reports
        if report.kind == "trial"
    ]
