"""Cells of text as they come, made ready for typing."""

from ml.tables.duck import literal, select
from ml.tables.values import BLANKS, MISSING_MARKS


def cleaned_cells(width: int, source: str) -> str:
    """A query that trims every cell of c0, c1, … of `source` and turns the marks for "missing" into NULL."""
    cells = [f"c{i}" for i in range(width)]
    trimmed = select((f"{_trimmed(cell)} AS {cell}" for cell in cells), source)
    return select((f"{_without_marks(cell)} AS {cell}" for cell in cells), f"({trimmed})")


def _trimmed(cell: str) -> str:
    # Trimming a set of characters is slow, so that a quick look spares most cells.
    edges = literal(f"^[{BLANKS}]|[{BLANKS}]$")
    return f"CASE WHEN regexp_matches({cell}, {edges}) THEN trim({cell}, {literal(BLANKS)}) ELSE {cell} END"


def _without_marks(cell: str) -> str:
    marks = ", ".join(literal(mark) for mark in sorted(MISSING_MARKS))
    longest = max(map(len, MISSING_MARKS))
    # The length comes first so that long texts are not put into lower case.
    return f"CASE WHEN strlen({cell}) > {longest} THEN {cell} WHEN lower({cell}) IN ({marks}) THEN NULL ELSE {cell} END"
