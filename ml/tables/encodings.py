"""Which encoding a text is in that is no UTF-8: shown by its first bytes, or guessed from its words."""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from charset_normalizer import from_bytes

from ml.tables.alphabets import latin_encoding

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of scripts other than the Latin one. Of several that agree on all letters, the one with most characters.
_NAMES = {
    "cp932": "Japanese (Shift-JIS)",
    "euc_jp": "Japanese (EUC-JP)",
    "gb18030": "Chinese (GB18030)",
    "cp950": "Chinese (Big5)",
    "cp949": "Korean (EUC-KR)",
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8_r": "Cyrillic (KOI8-R)",
    "koi8_u": "Cyrillic (KOI8-U)",
    "iso8859_5": "Cyrillic (ISO 8859-5)",
    "cp866": "Cyrillic (DOS 866)",
    "cp1253": "Greek (Windows-1253)",
    "iso8859_7": "Greek (ISO 8859-7)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "iso8859_6": "Arabic (ISO 8859-6)",
    "cp874": "Thai (Windows-874)",
}
_LATIN_NAMES = {
    "cp1250": "Central European (Windows-1250)",
    "iso8859_2": "Central European (ISO 8859-2)",
    "cp1252": "Western European (Windows-1252)",
    "latin-1": "Western European (Latin-1)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1257": "Baltic (Windows-1257)",
}
# What stands before 0 or between 9 and @ is never a part of a longer character, in any encoding that is guessed.
_WORDS = re.compile(
    rb"(?<![0-9@-~\x80-\xff])[0-9@-~]{0,60}+(?=[\x80-\xff])[0-9@-~\x80-\xff]{1,1000}+(?![0-9@-~\x80-\xff])"
)
_FOREIGN = re.compile(r"((?<=[a-zA-Z]))?(?P<letters>[^\W\d_a-zA-Z]+)((?=[a-zA-Z]))?")
_OF_TWO_BYTES = frozenset({"cp932", "euc_jp", "gb18030", "cp950", "cp949"})
# Nearly any bytes are Thai letters, and Thai is next to nothing else.
_FITS_ANYTHING = "cp874"
_WORDS_OF_A_PART = 200
_PARTS = 32
_VOTES = 4
_LEAST_PURE = 0.7
_FEWEST_PURE_BYTES = 4
_HIGH = re.compile(rb"[\x80-\xff]+")
_COMMON_SIGN = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")
_LAST_OF_KOREAN = 0xC8
_FEWEST_RUNS_OF_PAIRS = 8
_LEAST_SHARE_OF_COMMON_SIGNS = 0.8


def encoding_shown(head: bytes) -> str | None:
    """The encoding that a byte-order mark, or NUL in every second byte, gives away."""
    return _marked_encoding(head) or _unmarked_utf16(head)


def name_of(encoding: str) -> str:
    """An encoding as a person may know it.

    >>> name_of("cp932"), name_of("utf-16")
    ('Japanese (Shift-JIS)', 'UTF-16')
    """
    return _NAMES.get(encoding) or _LATIN_NAMES.get(encoding) or encoding.upper()


class OddWords:
    """Words with bytes beyond ASCII from all over a text, at most 32 times 200 whatever its size."""

    def __init__(self) -> None:
        self._parts: list[list[bytes]] = []
        self._met = 0
        self._every = 1

    def add(self, part: bytes, *, is_cut: bool) -> None:
        """Take a part of the text; where it `is_cut` at its ends, the words there are left out."""
        if part.isascii():
            return
        self._met += 1
        if self._met % self._every:
            return
        edges = {0, len(part)} if is_cut else set()
        found = (match for match in _WORDS.finditer(part) if edges.isdisjoint(match.span()))
        self._parts.append([match[0] for match in islice(found, _WORDS_OF_A_PART)])
        if len(self._parts) > _PARTS:
            self._parts = self._parts[1::2]
            self._every *= 2

    def __iter__(self) -> Iterator[bytes]:
        """The words found, each once."""
        return iter(dict.fromkeys(word for words in self._parts for word in words))


def guess_encoding(words: Iterable[bytes]) -> str:
    """The likeliest encoding of words that are no UTF-8; Western where nothing else is clearly better.

    >>> guess_encoding([word.encode("koi8-r") for word in ("Москва", "Казань", "Самара")])
    'koi8_r'
    >>> guess_encoding([word.encode("cp1252") for word in ("Zürich", "café", "naïve")])
    'cp1252'
    """
    words = list(words)
    if found := _script_encoding(words):
        return found
    # A wrong byte spoils the part that it is in.
    parts = Counter(_script_encoding(words[start::_VOTES]) for start in range(_VOTES))
    found, votes = parts.most_common(1)[0]
    if found and votes >= _VOTES - 1:
        return found
    return _encoding_of_pairs(words) or latin_encoding(b"\n".join(words))


def _script_encoding(words: Sequence[bytes]) -> str | None:
    """The encoding, if these words are in another script than the Latin one.

    Of Latin code pages the library cannot tell one from another, but well any other script from them.
    """
    sample = b"\n".join(words)
    matches = from_bytes(sample, cp_isolation=list(_NAMES), enable_fallback=False) if sample else ()
    likely = [match.encoding for match in matches if match.encoding in _NAMES]
    likely.sort(key=_FITS_ANYTHING.__eq__)
    return next((encoding for encoding in likely if _is_of_whole_words(sample, encoding)), None)


def _encoding_of_pairs(words: Iterable[bytes]) -> str | None:
    """The Chinese or Korean encoding of words too short and few for the library, if nearly all are common signs.

    In both every sign beyond ASCII is two bytes, and the common ones stand in one block; that of Korean is a part of
    that of Chinese, which goes on with signs that no Chinese text is without.
    """
    runs = {run for word in words for run in _HIGH.findall(word)}
    pairs = [run[at : at + 2] for run in runs for at in range(0, len(run), 2)]
    common = {pair for pair in pairs if _COMMON_SIGN.fullmatch(pair)}
    is_paired = not any(len(run) % 2 for run in runs) and len(runs) >= _FEWEST_RUNS_OF_PAIRS
    if not is_paired or sum(pair in common for pair in pairs) < _LEAST_SHARE_OF_COMMON_SIGNS * len(pairs):
        return None
    return "gb18030" if any(pair[0] > _LAST_OF_KOREAN for pair in common) else "cp949"


def _is_of_whole_words(sample: bytes, encoding: str) -> bool:
    """Whether what is not ASCII makes up whole words: in Latin text it stands alone among a to z."""
    pure = mixed = 0
    for word in _FOREIGN.finditer(sample.decode(encoding, "replace")):
        odd = _odd_bytes(word["letters"].encode(encoding, "replace"))
        alone = word[1] is None and word[3] is None
        # A letter in front of another may make one sign of two bytes, hardly ever two.
        if odd >= 2 and (alone or (encoding in _OF_TWO_BYTES and len(word["letters"]) >= 2)):
            pure += odd
        else:
            mixed += odd
    return pure >= _FEWEST_PURE_BYTES and pure >= _LEAST_PURE * (pure + mixed)


def _odd_bytes(word: Iterable[int]) -> int:
    return sum(1 for byte in word if byte >= 0x80)


def _marked_encoding(head: bytes) -> str | None:
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without its mark: in mostly Latin text every second byte is NUL."""
    half = len(head) // 2
    if half < 4:
        return None
    even, odd = head[0::2].count(0) / half, head[1::2].count(0) / half
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    if even > 0.4 and odd < 0.05:
        return "utf-16-be"
    return None
