"""Numbers with something around them: a currency or percent sign, blanks between the thousands, another minus."""

from functools import cache

from ml.schema import Dtype
from ml.tables.duck import literal
from ml.tables.kinds import Kind
from ml.tables.signs import A_SYMBOL, ANY_SIGN, BLANK, LONG_MINUS, PERCENT, POWERS, SCALED, SIGNS, amount


def bare_amount(*, comma: bool) -> str:
    """The number of an amount in SQL, from its first digit to its last: signs may hold points of their own."""
    minus = f"CASE WHEN regexp_matches({{v}}, '[({LONG_MINUS}-]') THEN '-' ELSE '' END"  # accountants write (5) for -5
    digits = "regexp_extract({v}, '[0-9](?:.*[0-9])?')"
    bare = f"{minus} || regexp_replace({digits}, '[^0-9.,]', '', 'g')"
    return _number_in(f"replace(replace({bare}, '.', ''), ',', '.')" if comma else f"replace({bare}, ',', '')")


def scaled_amount() -> str:
    """The number of an amount as `€1.5M` in SQL; a power of ten in its text, as a product would be rounded twice."""
    powers = " ".join(f"WHEN '{letter}' THEN '{power}'" for letter, power in POWERS.items())
    digits = "regexp_replace({v}, '[^0-9.-]', '', 'g')"
    return _number_in(f"concat({digits}, 'e', CASE right({{v}}, 1) {powers} ELSE '0' END)")


@cache
def signed(sign: str, *, comma: bool) -> Kind:
    """The kind of column whose every value bears this sign; one in two currencies is of neither kind."""
    how = " with a decimal comma" if comma else ""
    # Behind letters a leading zero or a hyphen tells a code: CHF 007, CAD-101.
    digits = "(?:0|[1-9][0-9]*)" if sign.isalpha() else "[0-9]+"
    pattern = amount(SIGNS[sign], comma=comma, digits=digits, is_word=sign.isalpha())
    return Kind(
        f"{sign}{how}",
        Dtype.NUMBER,
        f"numbers in {'percent' if sign == PERCENT else sign}{how}",
        f"regexp_full_match({{v}}, {literal(pattern)})",
        bare_amount(comma=comma),
        sign,
        "signed_comma" if comma else "signed",
    )


def _number_in(text: str) -> str:
    number = f"try_cast({text} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _bare(*, comma: bool) -> str:
    """The text without signs, blanks and thousands marks, with a point for its decimals."""
    negative = f"regexp_replace({{v}}, '^[(]|{LONG_MINUS}', '-')"  # accountants write (5) for -5
    bare = f"regexp_replace({negative}, '[^0-9.,+-]', '', 'g')"
    return f"replace(replace({bare}, '.', ''), ',', '.')" if comma else f"replace({bare}, ',', '')"


def _with_blanks(*, comma: bool) -> Kind:
    decimals = "(,[0-9]+)?" if comma else "([.][0-9]+)?"
    number = f"-?([1-9][0-9]{{0,2}}({BLANK}[0-9]{{3}})+|0|[1-9][0-9]{{0,2}}){decimals}"
    return Kind(
        "blanks with a comma" if comma else "blanks",
        Dtype.NUMBER,
        "numbers with blanks between the thousands",
        f"regexp_full_match({{v}}, {literal(number)})",
        _number_in(_bare(comma=comma)),
        "blanks",
    )


def _strict_number(*, comma: bool) -> str:
    """As strict as for plain numbers, which are among them: no leading zeros, no more digits than a double keeps."""
    thousands, point = ("[.]", ",") if comma else (",", "[.]")
    return f"([1-9][0-9]{{0,2}}({thousands}[0-9]{{3}})+|0|[1-9][0-9]{{0,14}})({point}[0-9]+)?"


def _with_another_minus(*, comma: bool) -> Kind:
    number = _strict_number(comma=comma)
    return Kind(
        "another minus with a comma" if comma else "another minus",
        Dtype.NUMBER,
        "numbers, in parentheses or with a long minus where negative",
        f"regexp_full_match({{v}}, {literal(f'[{LONG_MINUS}-]?{number}|[(]{number}[)]')})",
        _number_in(_bare(comma=comma)),
        "another minus",
    )


def _with_minus_behind(*, comma: bool) -> Kind:
    return Kind(
        "minus behind with a comma" if comma else "minus behind",
        Dtype.NUMBER,
        "numbers, with the minus behind",
        f"regexp_full_match({{v}}, {literal(_strict_number(comma=comma) + '-?')})",
        bare_amount(comma=comma),
        "minus behind",
        "minus_behind_comma" if comma else "minus_behind",
    )


SCALED_AMOUNTS = Kind(
    "scaled",
    Dtype.NUMBER,
    "numbers with K, M or B for thousands, millions or billions",
    f"regexp_full_match({{v}}, {literal(SCALED)})",
    scaled_amount(),
    "scaled",
    "scaled",
)
# What an amount looks like from afar; a column without it need not be tried with the sign of one of its values.
A_SIGN = Kind(
    "sign shape",
    Dtype.NUMBER,
    "amounts",
    f"regexp_matches({{v}}, {literal(f'^[(+{LONG_MINUS}-]?(?:{ANY_SIGN})|(?:{ANY_SIGN})[)]?$')})",
    "{v}",
    "sign shape",
)
# `TL 1, TL 2` and `CAD 101` may be codes; behind letters only fractions or marks between thousands tell amounts.
SURELY_MONEY = f"bool_or(regexp_matches({{v}}, {literal('[0-9](?:[.,]|' + BLANK + ')[0-9]')}))"
BLANKS_BETWEEN = (_with_blanks(comma=True), _with_blanks(comma=False))
ANOTHER_MINUS = {comma: _with_another_minus(comma=comma) for comma in (False, True)}
MINUS_BEHIND = {comma: _with_minus_behind(comma=comma) for comma in (False, True)}
# A column of (1), (2), (3) is numbered, not negative.
_SURELY_SIGNED = "bool_or(NOT starts_with({v}, '('))"
# `2-` may be a grade and `2019-` an open span; only a fraction tells an amount.
_SURELY_MINUS_BEHIND = "bool_or(regexp_full_match({v}, '.*[.,][0-9]+-'))"
# `1,23,456` may be a list or a code. A fraction tells an amount at once. Otherwise so many different values in groups
# of two and three are no chance, and now more, now fewer groups, or zeros that begin a group, are no list.
_GROUPED = "regexp_matches({v}, ',[0-9]{2},')"
_GROUPS = "strlen({v}) - strlen(replace({v}, ',', ''))"
_SURELY_LAKHS = (
    f"bool_or({_GROUPED} AND contains({{v}}, '.')) OR (count(DISTINCT {{v}}) FILTER ({_GROUPED}) >= 5 AND "
    f"(count(DISTINCT {_GROUPS}) FILTER (contains({{v}}, ',')) > 1 OR "
    f"(count(DISTINCT strlen({{v}})) FILTER ({_GROUPED}) > 1 AND bool_or(contains({{v}}, ',0')))))"
)
# `123 456 789` may be a telephone number or a code; only fractions or short numbers beside it tell amounts.
_SURELY_AMOUNTS = r"bool_or(regexp_full_match({v}, '-?[0-9]{1,3}|.*[.,][0-9]+'))"
# `300K` may be a temperature and `2M` a size. With one currency there is no doubt; nor where fractions of thousands
# stand beside those of millions, as a unit is the same in every row. `1.500K` may be 1,500 thousands.
_SURELY_SCALED = (
    f"count(DISTINCT regexp_extract({{v}}, '{A_SYMBOL}')) FILTER (regexp_full_match({{v}}, {literal(SCALED)})) = 1 "
    "AND NOT bool_or(regexp_matches({v}, '[.][0-9]{3}[KkMB]?$')) AND bool_or(regexp_matches({v}, '[KkMB]$')) "
    f"AND (bool_or(regexp_matches({{v}}, '{A_SYMBOL}')) OR (bool_or(regexp_matches({{v}}, '[.][0-9]+[KkMB]$')) "
    "AND bool_or(regexp_matches({v}, '[Kk]$')) AND bool_or(regexp_matches({v}, '[MB]$'))))"
)
# What has to hold besides, over all values of a column, by the trial of its kind.
SURE = {
    "blanks": _SURELY_AMOUNTS,
    "another minus": _SURELY_SIGNED,
    "minus behind": _SURELY_MINUS_BEHIND,
    "lakhs": _SURELY_LAKHS,
    "scaled": _SURELY_SCALED,
}
