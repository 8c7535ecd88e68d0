"""What a score means, in one plain sentence."""

import math
from typing import Any

import numpy as np

# What is within two of a hundred, or within a twentieth of an amount, need not be said.
_WIDE_SHARE, _WIDE_AMOUNT = 0.04, 0.1

Between = tuple[float, float] | None


def classification_sentence(rows: int, right: int, usual: Any, usual_right: int, between: Between = None) -> str:
    """Say how often a model is right: in counts of fewer than 100 rows, else of 100; with the interval where wide.

    >>> classification_sentence(179, 147, 0, 90, (0.76, 0.87)).partition(";")[0]
    'Right for 82 of 100 rows it had not seen (between 76 and 87 allowing for chance)'
    >>> classification_sentence(24, 20, True, 14)
    'Right for 20 of 24 rows it had not seen; always answering true is right for 14.'
    """
    said, usual_said = counts_said(right, usual_right, rows)
    low, high = between or (0.0, 0.0)
    range_said = ""
    if high - low >= _WIDE_SHARE:
        of_100 = " of 100" if rows < 100 else ""
        range_said = f" (between {100 * low:.0f} and {100 * high:.0f}{of_100} allowing for chance)"
    return (
        f"Right for {said} rows it had not seen{range_said}; always answering {class_said(usual)} is right for "
        f"{usual_said}.{_verdict(right > usual_right, between is None or low > usual_right / rows)}"
    )


def regression_sentence(rows: int, off: float | None, usual_off: float | None, between: Between = None) -> str:
    """Say how far off a model is on average, in the target's own unit; with the interval where it is wide.

    >>> regression_sentence(10788, 352.4, 2742.8, (345.2, 359.8))
    'Off by 352 on average on 10,788 rows it had not seen; always answering the middle value is off by 2,743.'
    """
    if off is None or usual_off is None:
        return f"Its errors on {rows:,} rows it had not seen are too large to be averaged."
    low, high = between or (0.0, 0.0)
    wide = high - low >= _WIDE_AMOUNT * off > 0
    range_said = f" (between {amount(max(low, 0.0))} and {amount(high)} allowing for chance)" if wide else ""
    return (
        f"Off by {amount(off)} on average{range_said} on {rows:,} rows it had not seen; always answering the middle "
        f"value is off by {amount(usual_off)}.{_verdict(off < usual_off, between is None or high < usual_off)}"
    )


def _verdict(better: bool, beyond_chance: bool) -> str:
    if not better:
        return " It is no better than that."
    return "" if beyond_chance else " The difference may be chance."


def counts_said(right: int, usual_right: int, rows: int) -> tuple[str, str]:
    """Two counts of rows: "20 of 24" and "14", or of 100 with as few decimals as tell them apart and from all or none.

    >>> counts_said(9_996, 9_000, 10_000)
    ('99.96 of 100', '90.00')
    """
    if rows < 100:
        return f"{right} of {rows}", f"{usual_right}"
    for digits in range(3):
        said, usual_said = (f"{100 * count / rows:.{digits}f}" for count in (right, usual_right))
        rounded_off = said in {f"{0:.{digits}f}", f"{100:.{digits}f}"} and 0 < right < rows
        if not rounded_off and (said != usual_said or right == usual_right):
            break
    return f"{said} of 100", usual_said


def class_said(value: Any) -> str:
    """A class in a sentence, cut where it is long."""
    text = str(value).lower() if isinstance(value, bool | np.bool_) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def usual_said(baseline: Any) -> str:
    """The answers of a baseline of classes in a sentence: over folds, each may have a usual class of its own.

    >>> usual_said(np.array(["b", "b"])), usual_said(np.array(["a", "b"]))
    ('b', 'the usual class of the other folds')
    """
    usual = {*baseline.tolist()}
    return class_said(*usual) if len(usual) == 1 else "the usual class of the other folds"


def amount(value: float) -> str:
    """Write an amount with three digits, or all those before the point.

    >>> amount(2742.8), amount(3.14159), amount(0.00123456), amount(0.0), amount(1e20)
    ('2,743', '3.14', '0.00123', '0', '1e+20')
    """
    if abs(value) >= 1e15 or 0 < abs(value) < 1e-6:
        return f"{value:.3g}"
    if abs(value) >= 100 or value == 0:
        return f"{value:,.0f}"
    places = 2 - math.floor(math.log10(abs(value)))
    return f"{value:.{places}f}"
