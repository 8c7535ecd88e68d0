"""Numbers with something around them: a currency or percent sign, blanks between the thousands."""

from ml.schema import Dtype
from ml.tables.duck import literal
from ml.tables.kinds import Kind

_POINT = "([1-9][0-9]{0,2}(,[0-9]{3})+|[0-9]+)([.][0-9]+)?"
_COMMA = "([1-9][0-9]{0,2}([.][0-9]{3})+|[0-9]+)(,[0-9]+)?"
_BLANK = r"[ \x{a0}\x{2009}\x{202f}'’]"
_SIGN = "[+-]?"
_SIGNS = {"%": "percent", "$": "$", "€": "€", "£": "£", "¥": "¥", "₹": "₹"}


def _number_in(marks_gone: str) -> str:
    number = f"try_cast({marks_gone} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _bare(*, comma: bool) -> str:
    """The text without signs, blanks and thousands marks, with a point for its decimals."""
    bare = "regexp_replace({v}, '[^0-9.,+-]', '', 'g')"
    return f"replace(replace({bare}, '.', ''), ',', '.')" if comma else f"replace({bare}, ',', '')"


def _with_sign(sign: str, *, comma: bool) -> Kind:
    number = _COMMA if comma else _POINT
    mark = rf"\x{{{ord(sign):x}}}"
    before, behind = f"{_SIGN}{mark} ?{_SIGN}{number}", f"{_SIGN}{number}{_BLANK}?{mark}"
    how = " with a decimal comma" if comma else ""
    return Kind(
        f"{sign}{how}",
        Dtype.NUMBER,
        f"numbers in {_SIGNS[sign]}{how}",
        f"regexp_full_match({{v}}, {literal(f'{before}|{behind}')})",
        _number_in(_bare(comma=comma)),
        sign,
    )


def _with_blanks(*, comma: bool) -> Kind:
    decimals = "(,[0-9]+)?" if comma else "([.][0-9]+)?"
    number = f"-?([1-9][0-9]{{0,2}}({_BLANK}[0-9]{{3}})+|0|[1-9][0-9]{{0,2}}){decimals}"
    return Kind(
        "blanks with a comma" if comma else "blanks",
        Dtype.NUMBER,
        "numbers with blanks between the thousands",
        f"regexp_full_match({{v}}, {literal(number)})",
        _number_in(_bare(comma=comma)),
        "blanks",
    )


# What an amount looks like from afar; a column without it need not be tried sign by sign.
A_SIGN = Kind(
    "sign shape",
    Dtype.NUMBER,
    "amounts",
    f"regexp_matches({{v}}, {literal('^[+-]?[%$€£¥₹]|[%$€£¥₹]$')})",
    "{v}",
    "sign shape",
)
# A column in two currencies is of neither kind, and stays text.
SIGNED = {comma: tuple(_with_sign(sign, comma=comma) for sign in _SIGNS) for comma in (False, True)}
BLANKS_BETWEEN = (_with_blanks(comma=True), _with_blanks(comma=False))
# `123 456 789` may be a telephone number or a code; only fractions or short numbers beside it tell amounts.
SURELY_AMOUNTS = r"regexp_full_match({v}, '-?[0-9]{1,3}|.*[.,][0-9]+')"
