"""Big tables to measure with: 13 mixed columns, made in blocks, the same for the same seed."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

_BLOCK_ROWS = 100_000
_WORDS = np.array(
    "river stone cloud engine garden letter orange paper silver violet arm boat coin door east fire gold hand ink jar "  # noqa: SIM905
    "key lamp moon nest oak pen quay road salt tree urn vine wind yard bell corn dust fern glass hill".split()
)
_CITIES = np.array(["Oslo", "Rome", "Lima", "Kyoto", "Zürich", "São Paulo", "Tromsø"])
_KINDS = np.array([f"kind {place:02d}" for place in range(40)])


def write_csv(path: Path, size_bytes: int, *, seed: int = 1) -> int:
    """Write a clean CSV of about `size_bytes` in UTF-8, some 120 bytes a row, and answer its number of rows."""
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for block in _blocks(seed):
            block.to_csv(file, index=False, header=rows == 0, lineterminator="\n")
            rows += len(block)
            if file.tell() >= size_bytes:
                return rows
    raise AssertionError


def write_messy_csv(path: Path, size_bytes: int, *, seed: int = 1) -> int:
    """The same as Excel in Europe writes it: cp1252, semicolons, decimal commas, quoted line breaks, ragged rows.

    Every 20,000th row has a cell too few. Answers the number of rows.
    """
    rows = 0
    with path.open("w", encoding="cp1252", newline="") as file:
        for block in _blocks(seed):
            text = io.StringIO()
            block.to_csv(text, index=False, header=rows == 0, sep=";", decimal=",", lineterminator="\r\n")
            file.write(_with_oddities(text.getvalue()))
            rows += len(block)
            if file.tell() >= size_bytes:
                return rows
    raise AssertionError


def write_json_lines(path: Path, size_bytes: int, *, seed: int = 1) -> int:
    """The same as one object a line; answers the number of rows."""
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for block in _blocks(seed):
            file.write(block.to_json(orient="records", lines=True, force_ascii=False))
            rows += len(block)
            if file.tell() >= size_bytes:
                return rows
    raise AssertionError


def _with_oddities(text: str) -> str:
    lines = text.split("\r\n")
    for place in range(1, len(lines) - 1, 1000):
        rest, _, note = lines[place].rpartition(";")
        lines[place] = f'{rest};"a note\r\nof two lines; {note}"'
    for place in range(17, len(lines) - 1, 20_000):
        lines[place] = lines[place].rpartition(";")[0]
    return "\r\n".join(lines)


def _blocks(seed: int) -> Iterator[pd.DataFrame]:
    random = np.random.default_rng(seed)
    first = 0
    while True:
        yield _block(random, first)
        first += _BLOCK_ROWS


def _block(random: np.random.Generator, first: int) -> pd.DataFrame:
    rows = _BLOCK_ROWS
    places = np.arange(first, first + rows)
    seconds = random.integers(0, 150_000_000, rows)
    frame = pd.DataFrame(
        {
            "order_id": places,
            "customer": pd.Series(random.integers(0, 2_000_000, rows)).map("{:08d}".format),
            "placed_at": pd.Timestamp("2020-01-01") + pd.to_timedelta(seconds, unit="s"),
            "shipped": (pd.Timestamp("2020-01-01") + pd.to_timedelta(seconds // 86400 + 2, unit="D")).strftime(
                "%Y-%m-%d"
            ),
            "city": random.choice(_CITIES, rows),
            "kind": random.choice(_KINDS, rows),
            "quantity": random.integers(1, 100, rows),
            "price": random.gamma(2, 30, rows).round(2),
            "discount": random.choice([0, 0.05, 0.1, 0.25], rows),
            "weight": random.normal(5, 2, rows).round(4),
            "returned": random.choice(["true", "false"], rows, p=[0.1, 0.9]),
            "score": random.integers(-50, 1000, rows).astype("float"),
            "note": [" ".join(words) for words in random.choice(_WORDS, (rows, 5))],
        }
    )
    frame["score"] = frame["score"].astype("Int64").mask(pd.Series(random.random(rows) < 0.05))
    frame["weight"] = frame["weight"].mask(pd.Series(random.random(rows) < 0.03))
    frame["city"] = frame["city"].mask(pd.Series(random.random(rows) < 0.01), "n/a")
    return frame
