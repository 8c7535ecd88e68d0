"""How amounts are written with the sign of a currency, or of percent: patterns that SQL and Python read alike."""

import re

# Longer ones first, as a part of one may be another. Codes that are words (ALL, TOP, PEN …) are no signs here.
_SYMBOLS = "%$€£¥₹₽₴₺₩₫฿₦₱₪₡₲₵₸₾원円元"
_DOLLARS = "AU$ CA$ HK$ MX$ NT$ NZ$ US$ A$ C$ R$ S$"
_CODES = (
    "AED ARS AUD BDT BGN BHD BRL CAD CHF CLP CNY CZK DKK EGP EUR GBP GHS HKD HUF IDR ILS INR ISK JPY KES KRW KWD "
    "LKR MXN MYR NGN NOK NPR NZD OMR PKR PLN QAR RMB RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR"
)
_WORDS = {
    "kr": "[Kk]r[.]?",
    "zł": "zł",
    "Kč": "Kč",
    "Ft": "Ft",
    "lei": "lei",
    "лв": "лв[.]?",
    "руб": "руб[.]?|р[.]",
    "грн": "грн[.]?",
    "TL": "TL",
    "Rs": "Rs[.]?",
    "Rp": "Rp[.]?",
    "Fr.": "S?Fr[.]",
    "Euro": "[Ee]uros?",
}
PERCENT = "%"
SIGNS = {sign: re.escape(sign) for sign in [*_DOLLARS.split(), *_SYMBOLS, *_CODES.split()]} | _WORDS
ANY_SIGN = "|".join(SIGNS.values())

LONG_MINUS = "\u2212"
BLANK = "[ \u00a0\u2009\u202f'’]"
_BLANK_ALONE = "[ \u00a0\u2009\u202f]"
_GAP = f"{_BLANK_ALONE}?"
_MINUS = f"[+{LONG_MINUS}-]?"


def amount(sign: str, *, comma: bool, digits: str = "[0-9]+", is_word: bool = False) -> str:
    """The pattern of a whole text: a number before or behind what the pattern `sign` matches, perhaps negative.

    `digits` is the pattern of a number without marks between its thousands. Where the sign `is_word`, a blank stands
    between it and a minus: `CAD-101` is a code.
    """
    mark, point = ("[.]", ",") if comma else (",", "[.]")
    thousands = f"[1-9][0-9]{{0,2}}(?:(?:{mark}[0-9]{{3}})+|(?:{BLANK}[0-9]{{3}})+)"
    lakhs = "" if comma else "|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
    number = f"(?:{thousands}{lakhs}|{digits})(?:{point}[0-9]+)?"
    before, behind = f"(?:{sign}){_GAP}", f"{_GAP}(?:{sign})"
    before_minus = f"(?:{sign}){_BLANK_ALONE if is_word else _GAP}"
    return (
        f"{before}{number}|{before_minus}{_MINUS}{number}|{_MINUS}{before}{number}|{_MINUS}{number}{behind}|"
        f"[(]{before}{number}[)]|[(]{number}{behind}[)]"
    )


def number_with_minus_behind(*, comma: bool) -> str:
    """The pattern of a whole text: a number as `5.00-`, perhaps with marks between its thousands."""
    mark, point = ("[.]", ",") if comma else (",", "[.]")
    return f"(?:[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+|[0-9]+)(?:{point}[0-9]+)?-"


# Whether M means millions or metres is told by what stands beside; in lower case it is hardly ever millions.
POWERS = {"K": 3, "k": 3, "M": 6, "B": 9}
A_SYMBOL = "[$€£¥₹]"
_BEFORE = f"(?:-?(?:{A_SYMBOL} ?)?|{A_SYMBOL} ?-)"
SCALED = f"{_BEFORE}(?:[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+|0|[1-9][0-9]{{0,14}})(?:[.][0-9]+)?[KkMB]?"


def sign_in(text: str) -> str | None:
    """The sign that an amount begins or ends with.

    >>> sign_in("(US$ 5)"), sign_in("1 234,50 zł"), sign_in("Rs.500"), sign_in("12 km")
    ('US$', 'zł', 'Rs', None)
    """
    edges = ((sign, f"[(+{LONG_MINUS}-]?(?:{pattern})", f"(?:{pattern})[)]?$") for sign, pattern in SIGNS.items())
    return next((sign for sign, begin, end in edges if re.match(begin, text) or re.search(end, text)), None)
