"""What the name of a column says about what is in it."""

import re

PHONE_WORDS = frozenset({"phone", "telephone", "tel", "mobile", "fax", "zip", "zipcode", "postcode", "postal", "plz"})

_ID_WORDS = frozenset({"id", "uuid", "guid", "key", "identifier", "rowid", "rownum"})
_ID_ENDINGS = frozenset({"number", "no", "nr", "num", "code"})
_TIME_WORDS = frozenset({"year", "month", "week", "day", "hour", "quarter", "age", "jahr"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")


def words_of(name: str) -> frozenset[str]:
    """The words of a name, in lower case, parted at capitals and signs.

    >>> sorted(words_of("customerID_no"))
    ['customer', 'id', 'no']
    """
    return frozenset(word.lower() for word in _WORD.findall(name))


def says_id(name: str) -> bool:
    """Whether a name promises an identifier: `PassengerId`, `order key`, `Invoice No`."""
    words = [word.lower() for word in _WORD.findall(name)]
    return bool(_ID_WORDS.intersection(words)) or (bool(words) and words[-1] in _ID_ENDINGS)


def says_time(name: str) -> bool:
    """Whether a name promises a part of a date, whose whole numbers in a row are no row numbers."""
    return bool(_TIME_WORDS & words_of(name))
