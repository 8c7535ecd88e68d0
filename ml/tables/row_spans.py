"""Where the rows of delimited text begin and end, found for many rows at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_QUOTE, _LINE_END = b'"'[0], b"\n"[0]


@dataclass(frozen=True, slots=True)
class RowSpans:
    """The first rows of a piece of text: where each ends (behind its line end) and how many cells it has.

    Between them nothing is doubtful: every quotation mark opens a cell, closes one, or stands doubled inside.
    """

    ends: NDArray[np.int64]
    cells: NDArray[np.int64]


def row_spans(text: bytes, delimiter: str) -> RowSpans:
    """The rows of `text` (which begins where a row begins) up to the first doubtful or unfinished one.

    >>> row_spans(b'a,"x, y"\\n1,"two\\nlines"\\n3,4,5\\n6', ",").cells.tolist()
    [2, 2, 3]
    """
    codes = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(codes == _LINE_END)
    edges = np.flatnonzero(codes == ord(delimiter))
    if b'"' in text:
        quotes = np.flatnonzero(codes == _QUOTE)
        ends, edges = _outside(quotes, ends), _outside(quotes, edges)
        doubtful = _first_doubtful(codes, quotes, ord(delimiter))
        ends = ends[: np.searchsorted(ends, doubtful)]
    before = np.searchsorted(edges, ends)
    return RowSpans(ends + 1, np.diff(before, prepend=0) + 1)


def _outside(quotes: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    outside: NDArray[np.int64] = places[np.searchsorted(quotes, places) % 2 == 0]
    return outside


def _first_doubtful(codes: NDArray[np.uint8], quotes: NDArray[np.int64], delimiter: int) -> int:
    """The place of the first mark that neither opens nor closes a cell, nor is doubled; behind the end if none."""
    fences = np.array([delimiter, _LINE_END, _QUOTE])
    opens, closes = quotes[0::2], quotes[1::2]
    well_opened = (opens == 0) | np.isin(codes[opens - 1], fences)
    well_closed = np.isin(codes[np.minimum(closes + 1, len(codes) - 1)], fences)
    doubtful = np.concatenate([opens[~well_opened], closes[~well_closed], [len(codes)]])
    return int(doubtful.min())
