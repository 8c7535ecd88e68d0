"""How far the reading of a file is: as one number, and in words."""

from dataclasses import dataclass
from typing import Any

from core.templatetags.format import count, size

# In order, with the word a person reads and how long it takes beside the others, measured on 100 MB of clean and messy
# CSV and of JSON lines. A stage that a file does not need is skipped.
_STAGES = (
    ("unpacking", "Unpacking", 5),
    ("checking", "Checking the text", 8),
    ("decoding", "Decoding the text", 8),
    ("reading", "Reading", 30),
    ("tidying", "Tidying", 14),
    ("typing", "Types", 8),
    ("writing", "Writing", 5),
    ("describing", "Describing", 16),
    ("profiling", "Profile", 26),
    ("exploring", "Relations", 4),
)
_ORDER = [stage for stage, _, _ in _STAGES]
_WORDS = {stage: words for stage, words, _ in _STAGES}
_SHARES = {stage: share / sum(share for _, _, share in _STAGES) for stage, _, share in _STAGES}


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says of the stage at hand: its words with the counts, and the counts for a bar, 0 of 0 if unknown."""

    text: str
    done: int
    total: int


def share_done(stage: str, done: int, total: int) -> float:
    """How much of the whole reading is done, in 0..1; 0 before it has begun.

    >>> share_done("", 0, 0), share_done("unpacking", 0, 10) < share_done("reading", 1, 2) < 1
    (0.0, True)
    """
    if stage not in _SHARES:
        return 0.0
    before = sum(_SHARES[each] for each in _ORDER[: _ORDER.index(stage)])
    return before + _SHARES[stage] * (min(done / total, 1.0) if total else 0.0)


def told(stage: str, detail: dict[str, Any]) -> Told:
    """The stage in words; `detail` has its counts (done, total, unit).

    >>> told("typing", {"done": 7, "total": 13, "unit": "columns"})
    Told(text='Types: column 7 of 13', done=7, total=13)
    >>> told("", {}).text
    'Waiting for a free reader'
    """
    if not stage:
        return Told("Waiting for a free reader", 0, 0)
    words = _WORDS.get(stage, stage.capitalize())
    done, total, unit = detail.get("done") or 0, detail.get("total") or 0, detail.get("unit") or ""
    return Told(f"{words}: {_counts(done, total, unit)}" if total else words, done, total)


def _counts(done: int, total: int, unit: str) -> str:
    if unit == "bytes":
        return f"{size(done)} of {size(total)}"
    if unit == "percent":
        return f"{done} %"
    return f"{unit.removesuffix('s')} {count(done)} of {count(total)}"
