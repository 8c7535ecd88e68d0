"""What to mind in a table before learning from it: each warning names a remedy, most of them one click away."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from ml import wording
from ml.schema import NUMERIC, Column, Dtype, Role
from ml.values import LARGEST
from ml.wording import counted, named, them, verb

_LEAST_SHARE_MISSING = 0.5
_MANY_CATEGORIES = 50
_NEARLY_ALL_DIFFER = 0.5
# In interquartile ranges beyond the quartiles; Tukey's outer fence of 3 is passed by every long tail.
_FAR_OUT = 10
# A first or last date this many times the span of most dates away from them, and years away, is seldom meant.
_FAR_SPANS, _FAR_DAYS = 3, 3653
# Of one kind of warning about single columns; a page with hundreds is read by nobody.
_MOST_OF_A_KIND = 20


@dataclass(frozen=True, slots=True)
class NearCopy:
    """Two columns that say nearly the same."""

    first: str
    second: str
    association: float


@dataclass(frozen=True, slots=True)
class Odd:
    """A column of words of which the share `share` could be read as `dtype`, and `example` could not."""

    column: str
    dtype: Dtype
    share: float
    example: str


Warned = dict[str, Any]


def all_advice(
    columns: Sequence[Column],
    profile: Sequence[dict[str, Any]],
    *,
    rows: int,
    duplicates: int,
    copies: Sequence[NearCopy],
    odd: Sequence[Odd],
) -> list[Warned]:
    """Every warning about a table, those that matter most first.

    Each is `{"code", "columns", "detail", "severity": "warning"|"info", "remedy": {"kind", "columns", …} | None}`;
    `remedy.kind` is exclude, mark_missing (`values`), clip_outliers, retype (to `dtype`) or rare_categories. Codes:
    empty, constant, id, duplicates, near_copy, disguised_missing, mostly_missing, another_type, outliers,
    rare_categories, far_dates, huge_numbers.
    """
    pairs = list(zip(columns, profile, strict=True))
    found = [
        *_empty_and_constant(columns),
        *_ids(columns),
        *_duplicates(duplicates, rows),
        *_few(map(_near_copy, copies)),
        *_few(_disguised(pairs)),
        *_mostly_missing(pairs),
        *_few(map(_another_type, odd)),
        *_outliers(pairs),
        *_many_categories(pairs),
        *_few(_far_dates(pairs)),
        *_huge_numbers(pairs),
    ]
    return sorted(found, key=lambda warning: warning["severity"] != "warning")


def _warning(
    code: str, columns: Sequence[str], detail: str, *, severity: str = "warning", remedy: str = "", **more: Any
) -> Warned:
    click = {"kind": remedy, "columns": list(columns), **more} if remedy else None
    return {"code": code, "columns": list(columns), "detail": detail, "severity": severity, "remedy": click}


def _few(warnings: Iterable[Warned]) -> Iterator[Warned]:
    return islice(warnings, _MOST_OF_A_KIND)


def _percent(share: float) -> str:
    """Only none is 0% and only all is 100%.

    >>> _percent(0.9996), _percent(0.0002), _percent(0.771)
    ('more than 99.9%', 'less than 0.1%', '77.1%')
    """
    if 0 < share < 0.001:
        return "less than 0.1%"
    return "more than 99.9%" if 0.999 < share < 1 else f"{share:.1%}"


def _empty_and_constant(columns: Sequence[Column]) -> Iterator[Warned]:
    if empty := [column.name for column in columns if column.unique == 0]:
        detail = f"{named(empty)} {verb(empty, 'has', 'have')} no value at all; leave {them(empty)} out."
        yield _warning("empty", empty, detail, remedy="exclude")
    if constant := [column.name for column in columns if column.unique == 1]:
        never = f"{named(constant)} never {verb(constant, 'changes', 'change')}"
        detail = f"{never}, so nothing can be learnt; leave {them(constant)} out."
        yield _warning("constant", constant, detail, severity="info", remedy="exclude")


def _ids(columns: Sequence[Column]) -> Iterator[Warned]:
    if names := [column.name for column in columns if column.role is Role.ID and column.unique > 1]:
        detail = (
            f"{named(names)} {verb(names, 'names', 'name')} rows rather than describing them, and "
            f"{verb(names, 'is', 'are')} left out of models; correct the type if that is wrong."
        )
        yield _warning("id", names, detail, severity="info", remedy="exclude")


def _duplicates(duplicates: int, rows: int) -> Iterator[Warned]:
    if duplicates:
        share = duplicates / rows
        detail = (
            f"{counted(duplicates, 'row repeats', 'rows repeat')} an earlier one ({_percent(share)} of all). Equal "
            "rows in training and test make a model look better than it is; remove them from the file if they are "
            "mistakes."
        )
        yield _warning("duplicates", [], detail, severity="warning" if share >= 0.01 else "info")


def _near_copy(copy: NearCopy) -> Warned:
    detail = (
        f"“{copy.second}” says nearly what “{copy.first}” says (association {copy.association:.3f}); one of them is "
        "enough. If one is to be predicted, leave out the other."
    )
    return {**_warning("near_copy", [copy.first, copy.second], detail), "remedy": _exclude(copy.second)}


def _exclude(name: str) -> dict[str, Any]:
    return {"kind": "exclude", "columns": [name]}


def _disguised(pairs: Sequence[tuple[Column, dict[str, Any]]]) -> Iterator[Warned]:
    for column, about in pairs:
        if suspects := about["disguised"]:
            listed = ", ".join(f"{one['value']} in {counted(one['count'], 'row', 'rows')}" for one in suspects[:3])
            detail = (
                f"“{column.name}” may hide missing values: {listed} ({suspects[0]['reason']}). "
                "Treat them as missing if they are no real values."
            )
            values = [one["value"] for one in suspects]
            yield _warning("disguised_missing", [column.name], detail, remedy="mark_missing", values=values)


def _mostly_missing(pairs: Sequence[tuple[Column, dict[str, Any]]]) -> Iterator[Warned]:
    """One warning for all, as whole blocks of such columns are common."""
    mostly = [(column.name, about["share_missing"]) for column, about in pairs]
    names = [name for name, share in mostly if _LEAST_SHARE_MISSING <= share < 1]
    if names:
        most = max(share for _, share in mostly if share < 1)
        how = _percent(most) if len(names) == 1 else f"up to {_percent(most)}"
        detail = (
            f"{named(names)} {verb(names, 'is', 'are')} missing in most rows ({how}); leave {them(names)} out, "
            "unless being missing says something itself."
        )
        yield _warning("mostly_missing", names, detail, remedy="exclude")


def _another_type(odd: Odd) -> Warned:
    what = "numbers" if odd.dtype is Dtype.NUMBER else "dates"
    detail = (
        f"{odd.share:.1%} of “{odd.column}” are {what}, but not “{odd.example[:40]}”; correct the type to "
        f"{odd.dtype} and the rest counts as missing."
    )
    return _warning("another_type", [odd.column], detail, remedy="retype", dtype=str(odd.dtype))


def _outliers(pairs: Sequence[tuple[Column, dict[str, Any]]]) -> Iterator[Warned]:
    names = [column.name for column, about in pairs if column.role is not Role.ID and _is_far_out(about)]
    if names:
        detail = (
            f"{named(names)} {verb(names, 'has', 'have')} values more than {_FAR_OUT} interquartile ranges beyond "
            "the quartiles. Linear models and nearest neighbours follow them; clip them, or take the logarithm."
        )
        yield _warning("outliers", names, detail, severity="info", remedy="clip_outliers")


def _is_far_out(about: dict[str, Any]) -> bool:
    if not about["outliers"] or not about["outliers"]["far"]:
        return False
    first, third = about["quantiles"]["0.25"], about["quantiles"]["0.75"]
    return bool(max(about["max"] - third, first - about["min"]) > _FAR_OUT * (third - first))


def _many_categories(pairs: Sequence[tuple[Column, dict[str, Any]]]) -> Iterator[Warned]:
    many: list[str] = []
    different: list[str] = []
    for column, about in pairs:
        if column.dtype is Dtype.CATEGORY and column.unique > _MANY_CATEGORIES:
            present = sum(one["count"] for one in about["top_values"]) + about["other_count"]
            (different if column.unique > _NEARLY_ALL_DIFFER * present else many).append(column.name)
    if different:
        detail = (
            f"{named(different)} {verb(different, 'differs', 'differ')} in most rows, so a category hardly ever "
            f"comes back; leave {them(different)} out, or correct the type to text."
        )
        yield _warning("rare_categories", different, detail, remedy="exclude")
    if many:
        detail = (
            f"{named(many)} {verb(many, 'has', 'have')} more than {_MANY_CATEGORIES} categories, and the rare ones "
            "teach little; put rare categories together."
        )
        yield _warning("rare_categories", many, detail, severity="info", remedy="rare_categories")


def _huge_numbers(pairs: Sequence[tuple[Column, dict[str, Any]]]) -> Iterator[Warned]:
    names = [column.name for column, about in pairs if column.dtype in NUMERIC and _is_huge(about)]
    if names:
        yield _warning("huge_numbers", names, wording.huge_numbers(names))


def _is_huge(about: dict[str, Any]) -> bool:
    ends = [end for end in (about["min"], about["max"]) if end is not None]
    return any(abs(end) > LARGEST for end in ends)


def _far_dates(pairs: Sequence[tuple[Column, dict[str, Any]]]) -> Iterator[Warned]:
    for column, about in pairs:
        if column.dtype is Dtype.DATETIME and about["quantiles"]:
            ends = [datetime.fromisoformat(about[key]) for key in ("min", "max")]
            usual = [datetime.fromisoformat(about["quantiles"][key]) for key in ("0.05", "0.95")]
            span = max((usual[1] - usual[0]).days * _FAR_SPANS, _FAR_DAYS)
            far = [
                end.date().isoformat()
                for end, away in ((ends[0], usual[0] - ends[0]), (ends[1], ends[1] - usual[1]))
                if away.days > span
            ]
            if far:
                detail = (
                    f"“{column.name}” has dates far from the others, such as {' and '.join(far)}; most lie between "
                    f"{usual[0].date()} and {usual[1].date()}. Look at those rows; they may be mistakes."
                )
                yield _warning("far_dates", [column.name], detail)
