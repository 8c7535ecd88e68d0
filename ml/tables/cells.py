"""Cells of text as they come, made ready for typing."""

from ml.tables.alike import each_column
from ml.tables.duck import literal
from ml.tables.values import BLANKS, MISSING_MARKS

# No mark begins with a digit, nor with a letter other than n.
_NO_MARK_BETWEEN = (("0", ":"), ("A", "N"), ("O", "["), ("a", "n"), ("o", "{"))


def cleaned_cells(width: int, source: str) -> str:
    """A query that trims every cell of c0, c1, … of `source` and turns the marks for "missing" into NULL."""
    return each_column([cleaned_cell("{v}")] * width, source)


def cleaned_cell(cell: str) -> str:
    """The trimmed text of a cell, NULL when that is a mark for "missing"."""
    trimmed = f"trim({cell}, {literal(BLANKS)})"
    marks = ", ".join(literal(mark) for mark in sorted(MISSING_MARKS))
    plain = " OR ".join(f"{cell} BETWEEN {literal(first)} AND {literal(end)}" for first, end in _NO_MARK_BETWEEN)
    # Trimming a set of characters is slow, so that a quick look at both ends spares most cells: blanks come before the
    # first printed character or behind all of ASCII. Then most are let pass for their length or for how they begin.
    return (
        f"CASE WHEN {cell} < '!' OR {cell} >= '\u00a0' OR contains({literal(BLANKS)}, substring({cell}, -1, 1)) "
        f"THEN CASE WHEN lower({trimmed}) IN ({marks}) THEN NULL ELSE {trimmed} END "
        f"WHEN strlen({cell}) > {max(map(len, MISSING_MARKS))} OR {plain} THEN {cell} "
        f"WHEN lower({cell}) IN ({marks}) THEN NULL ELSE {cell} END"
    )
