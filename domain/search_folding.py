"""Folding of texts for searches: spellings that readers consider equal have one folded form.

Persian is typed with the letters and digits of several keyboards, with and without half-spaces. `fold` maps
single characters, independent of their neighbours, so that a part of a text folds to a part of the folded
text, and PostgreSQL can do the same by `translate(text, FROM, TO)` (`database.text_search`). The tables are
fixed here instead of being read from Unicode's database: databases store folded texts, so a change needs a
migration that folds them again.
"""

from itertools import chain


def _characters_between(first: int, last: int) -> list[str]:
    return [chr(code) for code in range(first, last + 1)]


_LETTERS = {
    "ی": "يىئېے",
    "ک": "كڪ",
    "ه": "ةۀەہھۃ",
    "ا": "أإآٱ",
    "و": "ؤ",
    "i": "İ",
    "σ": "ς",
    " ": "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u202f\u205f\u2028\u2029\u3000"
    + "".join(_characters_between(0x2000, 0x200A)),
}
_DIGITS = {ord(zero) + value: str(value) for zero in "۰٠０" for value in range(10)}
# Latin with its supplements, Greek, Cyrillic. Here `str.lower` works per character, and is stable in Unicode.
_CASED = chain(
    _characters_between(0x41, 0x5A), _characters_between(0xC0, 0x24F), _characters_between(0x370, 0x52F)
)
_FULL_WIDTH = {0xFF21 + place: chr(0x61 + place) for place in range(26)} | {
    0xFF41 + place: chr(0x61 + place) for place in range(26)
}
# Diacritics of Arabic letters, tatweel, variation selectors, and `text_cleaning.is_invisible` below U+10000.
_REMOVED = chain(
    *(
        _characters_between(first, last)
        for first, last in (
            (0x01, 0x08),
            (0x0E, 0x1B),
            (0x7F, 0x84),
            (0x86, 0x9F),
            (0xAD, 0xAD),
            (0x34F, 0x34F),
            (0x61C, 0x61C),
            (0x640, 0x640),
            (0x64B, 0x65F),
            (0x670, 0x670),
            (0x115F, 0x1160),
            (0x17B4, 0x17B5),
            (0x180B, 0x180F),
            (0x200B, 0x200F),
            (0x202A, 0x202E),
            (0x2060, 0x206F),
            (0x2800, 0x2800),
            (0x3164, 0x3164),
            (0xFE00, 0xFE0F),
            (0xFEFF, 0xFEFF),
            (0xFFA0, 0xFFA0),
            (0xFFF0, 0xFFFB),
        )
    )
)
_REPLACED: dict[int, str] = {
    **{ord(letter): letter.lower() for letter in _CASED if letter != letter.lower() and letter != "İ"},
    **{ord(spelled): letter for letter, spellings in _LETTERS.items() for spelled in spellings},
    **_DIGITS,
    **_FULL_WIDTH,
}
_TABLE: dict[int, str] = {**_REPLACED, **dict.fromkeys(map(ord, _REMOVED), "")}

FROM = "".join(map(chr, _TABLE))
"""The characters that change; those without a counterpart in `TO` are removed."""
TO = "".join(_REPLACED.values())


def fold(text: str) -> str:
    """The folded form of `text`; folding it again changes nothing.

    Lower case, Persian letters for Arabic ones, ASCII digits, without diacritics, half-spaces and invisible
    characters.
    """
    if text.isascii() and text.isprintable():
        return text.lower()
    return text.translate(_TABLE)
