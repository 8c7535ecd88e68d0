"""What a cell may say: the marks for "missing" and the words for yes and no."""

# Compared in lower case, after the spaces around a value are gone.
MISSING_MARKS = frozenset(
    {"", "na", "n/a", "n.a.", "#n/a", "#na", "<na>", "nan", "null", "(null)", r"\n", "?", "-"}
    | {"#null!", "#div/0!", "#value!", "#ref!", "#name?", "#num!"}
)

# A mark among numbers, dates and true/false; among words it may be a level of its own (see readings.py).
NONE = "none"

# Marks among numbers, dates and true/false, and values among words. Offices of statistics write : and *, too.
DOTS_AND_DASHES = frozenset({".", "..", "...", "--", "---", "–", "—", ":", "*", "**", "***"})

INFINITE_WORDS = frozenset(
    {"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "+nan", "-nan", "1.#inf", "-1.#inf", "1.#qnan"}
)

# The pairs besides true/false; a column of one of these is kept as it was written.
WORD_PAIRS = (("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"))

# What is cut off around a value: blanks, line ends, no-break and byte-order characters.
BLANKS = " \t\n\r\v\f\u00a0\u2007\u202f\ufeff"


def is_missing(text: str) -> bool:
    """Whether a cell says that there is no value.

    >>> is_missing(" N/A "), is_missing("unknown")
    (True, False)
    """
    return text.strip(BLANKS).lower() in MISSING_MARKS
