"""Small tables as the platform stores them, for tests of learning."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.fitting import FitOutcome, fit
from ml.plan import FitPlan, make_plan
from ml.schema import Column, Dtype, Role


def a_column(name: str = "Age", dtype: str = "number", **about: Any) -> Column:
    about = {"role": Role.FEATURE, "missing": 0, "unique": 50, **about}
    return Column(name=name, dtype=Dtype(dtype), **about)


def stored(folder: Path, columns: list[tuple[str, str]], values: dict[str, list[Any]]) -> tuple[Path, list[Column]]:
    """Write a table of `(name, dtype)` columns as Parquet with c0, c1, … and describe it."""
    path = folder / "table.parquet"
    frame = pd.DataFrame({f"c{place}": pd.Series(values[name]) for place, (name, _) in enumerate(columns)})
    frame.to_parquet(path, index=False)
    described = [
        a_column(
            name,
            dtype,
            missing=int(frame[f"c{place}"].isna().sum()),
            unique=int(frame[f"c{place}"].nunique()),
        )
        for place, (name, dtype) in enumerate(columns)
    ]
    return path, described


def mixed_values(rows: int = 240, seed: int = 0) -> dict[str, list[Any]]:
    """Inputs of every type with gaps, and two targets that depend on them: `price` and `kind`."""
    rng = np.random.default_rng(seed)
    width = rng.normal(50, 20, rows).round(2)
    rooms = rng.integers(1, 9, rows)
    town = rng.choice(["Łódź", "東京", 'O"Hara', "{{7*7}}"], rows)
    garden = rng.random(rows) < 0.5
    sold = [pd.Timestamp("2023-01-01") + pd.Timedelta(hours=int(hours)) for hours in rng.integers(0, 9000, rows)]
    words = rng.choice(["bright", "quiet", "old", "near the park"], (rows, 3))
    price = 10 * width + 90 * rooms + 200 * garden + 50 * (town == "東京") + rng.normal(0, 20, rows)

    def gapped(values: Any, share: float) -> list[Any]:
        return [None if gap else value for value, gap in zip(list(values), rng.random(rows) < share, strict=True)]

    return {
        "width": gapped(width.tolist(), 0.1),
        "rooms": gapped(rooms.tolist(), 0.05),
        "town": gapped(town.tolist(), 0.1),
        "garden": gapped(np.where(garden, "Yes", "No").tolist(), 0.05),
        "heated": [bool(value) for value in rng.random(rows) < 0.5],
        "sold": gapped(sold, 0.1),
        "advert": gapped([" ".join(line) for line in words.tolist()], 0.1),
        "code": rng.integers(1, 4, rows).tolist(),
        "price": price.round(2).tolist(),
        "kind": np.where(price > np.median(price), "dear", "cheap").tolist(),
    }


MIXED_COLUMNS = [
    ("width", "number"),
    ("rooms", "integer"),
    ("town", "category"),
    ("garden", "boolean"),
    ("heated", "boolean"),
    ("sold", "datetime"),
    ("advert", "text"),
    ("code", "category"),
    ("price", "number"),
    ("kind", "category"),
]
INPUTS = [name for name, _ in MIXED_COLUMNS[:-2]]


def mixed_table(folder: Path, rows: int = 240, seed: int = 0) -> tuple[Path, list[Column]]:
    return stored(folder, MIXED_COLUMNS, mixed_values(rows, seed))


def fitted(
    folder: Path, *, task: str = "classification", algorithm: str = "logistic", **wish: Any
) -> tuple[FitPlan, FitOutcome]:
    """Fit an algorithm to the mixed table in `folder`, all inputs used."""
    table, columns = mixed_table(folder)
    target = "price" if task == "regression" else "kind"
    plan = make_plan(columns, rows=240, target=target, algorithm=algorithm, features=INPUTS, **wish)
    return plan, fit(plan, table=table, destination=folder, report=lambda _report: None)
