"""Rows with one column shuffled, many of them below each other, so that a model answers them in few calls."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

# A call costs a pipeline 10 to 30 ms beside its rows; more rows than these only take memory.
ROWS_A_CALL = 4_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Copies of the same rows below each other; in each, the column named is shuffled."""

    names: list[str]
    frame: pd.DataFrame


def batches(frame: pd.DataFrame, shuffles: Any) -> Iterator[Batch]:
    """Every column of `frame` in every order of `shuffles`, an array of shape (shuffles, rows), column by column."""
    rows = len(frame)
    copies = max(1, ROWS_A_CALL // rows)
    wanted = [(name, order) for name in frame.columns for order in shuffles]
    tiled = frame.iloc[np.tile(np.arange(rows), min(copies, len(wanted)))].reset_index(drop=True)
    for start in range(0, len(wanted), copies):
        some = wanted[start : start + copies]
        batch = tiled.iloc[: rows * len(some)].copy(deep=False)
        for name in dict.fromkeys(name for name, _ in some):
            orders = [order if name == each else np.arange(rows) for each, order in some]
            batch[name] = frame[name].array.take(np.concatenate(orders))
        yield Batch([name for name, _ in some], batch)


def windows(all_batches: Iterator[Batch], size: int) -> Iterator[list[Batch]]:
    """So many batches at a time, the last time fewer."""
    while window := list(islice(all_batches, size)):
        yield window
