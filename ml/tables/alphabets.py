"""Which Latin code page a text is in, told by the letters of the languages that are written with it.

What the same bytes are in Western Europe decides when in doubt: it is by far the likeliest, and a short sample can be
spelled in any of them.
"""

import re
from collections import Counter
from collections.abc import Mapping

WESTERN = "cp1252"

# The letters beyond a to z of each language, by the code pages that have them.
_WESTERN = {
    "German": "äöüß",
    "French": "àâæçéèêëîïôœùûüÿ",
    "Spanish": "áéíñóúüªº",
    "Portuguese": "áâãàçéêíóôõúüªº",
    "Italian": "àèéìíîòóù",
    "Dutch": "áèéëïóöü",
    "Catalan": "àçèéíïòóúü",
    "Swedish, Finnish": "åäöéüšž",
    "Danish, Norwegian": "æøåéèêóòôäöü",
    "Icelandic, Faroese": "áðéíóúýþæöø",
    "Estonian": "äöüõšž",
    "Albanian": "çë",
    "Irish, Gaelic": "áéíóúàèìòù",
}
_OTHERS = {
    ("cp1250", "iso8859_2"): {
        "Polish": "ąćęłńóśźż",
        "Czech": "áčďéěíňóřšťúůýž",
        "Slovak": "áäčďéíĺľňóôŕšťúýž",
        "Hungarian": "áéíóöőúüű",
        "Croatian, Slovenian": "čćđšž",
        "Romanian": "ăâîşţ",
    },
    ("cp1254",): {"Turkish": "âçğıîöşüûi\u0307"},
    ("cp1257",): {"Lithuanian": "ąčęėįšųūž", "Latvian": "āčēģīķļņšūž"},
}
_FEWEST_LETTERS = 4
_FEWEST_TELLING = 2
# Shares of the letters met: how many a language may lack, and how many more Western ones must.
_MOST_LOST, _BETTER_BY, _LEAST_GAIN = 0.1, 3, 0.05

# A sign such as ³ or £ beside a letter is a letter of another code page.
_ODD = re.compile(r"(?<=[^\W\d_])[^\x00-\x7f]|[^\x00-\x7f](?=[^\W\d_])|[^\W\d_a-zA-Z]")


def latin_encoding(sample: bytes) -> str:
    """The code page of a text in Latin letters: one of the others only where Western Europe cannot explain it.

    >>> latin_encoding("Łódź Gdańsk Wrocław Kąty".encode("cp1250")), latin_encoding("Łódź".encode("cp1250"))
    ('cp1250', 'cp1252')
    """
    western = _letters(sample, WESTERN)
    least, best = 1.0, WESTERN
    for pages, languages in _OTHERS.items():
        for page in pages:
            letters = _letters(sample, page)
            telling = {letter for letter in letters if letter not in western}
            if len(letters) < _FEWEST_LETTERS or len(telling) < _FEWEST_TELLING:
                continue
            if (lost := _unexplained(letters, languages)) < least:
                least, best = lost, page
    if least <= _MOST_LOST and _unexplained(western, _WESTERN) >= _LEAST_GAIN + _BETTER_BY * least:
        return best
    return WESTERN


def _letters(sample: bytes, page: str) -> Counter[str]:
    """How often each letter beyond a to z occurs, in lower case; signs beside letters are among them."""
    return Counter(_ODD.findall(sample.decode(page, "replace").lower()))


def _unexplained(letters: Counter[str], languages: Mapping[str, str]) -> float:
    """The share of the letters that the one language that has most of them does not have."""
    most = max(sum(count for letter, count in letters.items() if letter in known) for known in languages.values())
    return 1 - most / max(1, letters.total())
