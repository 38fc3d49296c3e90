"""Cleaning of typed and pasted text, by the kind of text.

Pasted text contains invisible characters: zero-width spaces and joiners, byte order marks, soft hyphens,
direction marks, fillers. `is_invisible` decides by Unicode properties. They are removed from both ends of
every kind of text. Inside:

- `clean_line`, `clean_name`, `clean_paragraph`: removed, except for a ZWNJ between letters that would
  otherwise join (Persian words), joiners of emoji, and in paragraphs single direction marks;
- `clean_code`, `clean_number`, `clean_key`: removed, as are blanks and separators between digits;
- links (`domain.links`) that contain them are refused, since removing them changes the address;
- e-mail addresses (`domain.emails`) and mobiles (`domain.mobiles`) use these functions.
"""

import re
import unicodedata
from functools import lru_cache

from domain import digits
from domain.problems import InvalidInput

ZWNJ = "\u200c"
_ZWJ = "\u200d"
_DIRECTION_MARKS = frozenset("\u200e\u200f\u061c")
# In category Cf, yet visible: signs that enclose the following number (Prepended_Concatenation_Mark).
_VISIBLE_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
# Default_Ignorable_Code_Point (DerivedCoreProperties.txt) without Cf and the selectors FE00-FE0F.
_OTHER_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
# Drawn as nothing, though Unicode calls it a symbol: the braille pattern without a dot.
_BLANK_GLYPHS = frozenset("\u2800")
_EMOJI = "[\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff\U000e007f]"
_EMOJI_JOINER = re.compile(f"(?<={_EMOJI}){_ZWJ}(?={_EMOJI})")
# Flags such as Scotland's end in them: `strip` keeps them, the cleaners remove those without a flag.
_TAGS = frozenset(map(chr, range(0xE0020, 0xE0080)))
_EMOJI_TAGS = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f")
_LINE_BREAKS = re.compile("\r\n|[\n\v\f\r\x85\u2028\u2029]")
_BREAK_IN_NAME = re.compile(r"\s*[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]\s*")
_BETWEEN_DIGITS = re.compile(r"[\s\-\u2010-\u2015\u2212.]+")
_ZERO_FRACTION = re.compile(r"\.0*")


def is_storable(text: str) -> bool:
    """False for NUL, which PostgreSQL rejects, and for lone surrogates, which UTF-8 cannot encode."""
    if "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(4_096)
def is_invisible(character: str) -> bool:
    """Whether it is invisible, but not a blank: format and control characters, fillers.

    NUL is left to `is_storable`. Variation selectors (Mn) count as part of the preceding character.
    """
    if character in _BLANK_GLYPHS or _OTHER_IGNORABLE.match(character):
        return True
    if character.isspace() or character == "\x00":
        return False
    category = unicodedata.category(character)
    return category == "Cc" or (category == "Cf" and character not in _VISIBLE_FORMATS)


def has_invisible(text: str) -> bool:
    """Whether any character of `text` is invisible."""
    if text.isascii() and text.isprintable():
        return False
    return any(map(is_invisible, text))


def strip(text: str) -> str:
    """`text` trimmed of blanks and invisible characters; the inside is unchanged."""
    text = text.strip()
    if text.isascii() and text.isprintable():
        return text
    start, end = 0, len(text)
    while start < end and _is_ignorable(text[start]):
        start += 1
    while end > start and _is_ignorable(text[end - 1]):
        end -= 1
    return text[start:end]


def clean_line(text: str) -> str:
    """A single line, or several that the caller splits: only effective joiners are kept."""
    return _remove_invisible(text, keeping=frozenset())


def clean_paragraph(text: str) -> str:
    """Several lines in mixed scripts: also keeps single direction marks, but no embeddings."""
    return _remove_invisible(text, keeping=_DIRECTION_MARKS)


def clean_name(text: str) -> str:
    """Text on one line: a line break or tab becomes a blank."""
    return clean_line(_BREAK_IN_NAME.sub(" ", strip(text)))


def split_lines(text: str) -> list[str]:
    """The visible lines of a list, each cleaned by `clean_line`.

    Lines of blanks and invisible characters are dropped: they are neither counted nor charged.
    """
    return [line for line in map(clean_line, _LINE_BREAKS.split(text)) if line]


def split_comments(text: str) -> list[str]:
    """`split_lines` for lines of prose, each cleaned by `clean_paragraph`."""
    return [line for line in map(clean_paragraph, _LINE_BREAKS.split(text)) if line]


def is_one_line(text: str) -> bool:
    """Whether `text` contains no line break, including Unicode's."""
    return _LINE_BREAKS.search(text) is None


def clean_code(text: str) -> str:
    """Digits that may be grouped, such as a login code: `123 456` and `۱۲۳-۴۵۶` become 123456."""
    return digits.to_ascii(_BETWEEN_DIGITS.sub("", remove_invisible(text)))


def clean_number(text: str) -> str:
    """A number in ASCII digits, without invisible characters and surrounding blanks."""
    return digits.to_ascii(remove_invisible(text)).strip()


def parse_integer(text: str) -> int | None:
    """The signed 64-bit integer in pasted text, or None; `100.0` and `۱۰۰` are 100."""
    if text.isascii() and text.isdigit():
        return digits.parse_integer(text)
    number = clean_number(text)
    whole, point, fraction = number.partition(".")
    return digits.parse_integer(whole if _ZERO_FRACTION.fullmatch(point + fraction) else number)


def clean_key(text: str) -> str:
    """A key or token of ours, which contains neither blanks nor invisible characters."""
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    return "".join(remove_invisible(text).split())


def remove_invisible(text: str) -> str:
    """`text` without any invisible character, including joiners."""
    if not has_invisible(text):
        return text
    return "".join(character for character in text if not is_invisible(character))


def clean_bounded_line(text: str, *, field: str, max_length: int, min_length: int = 1) -> str:
    """`clean_name` with limits on the number of characters.

    Raises:
        InvalidInput: fewer or more characters, or text that cannot be stored.
    """
    return _check_length(clean_name(text), field=field, max_length=max_length, min_length=min_length)


def clean_bounded_paragraph(text: str, *, field: str, max_length: int, min_length: int = 1) -> str:
    """`clean_paragraph` with limits on the number of characters.

    Raises:
        InvalidInput: as in `clean_bounded_line`.
    """
    return _check_length(clean_paragraph(text), field=field, max_length=max_length, min_length=min_length)


def _check_length(text: str, *, field: str, max_length: int, min_length: int) -> str:
    if not min_length <= len(text) <= max_length or not is_storable(text):
        raise InvalidInput(field=field)
    return text


def _is_ignorable(character: str) -> bool:
    return character.isspace() or (is_invisible(character) and character not in _TAGS)


def _remove_invisible(text: str, *, keeping: frozenset[str]) -> str:
    text = strip(text)
    if not has_invisible(text):
        return text
    kept = {place for tagged in _EMOJI_TAGS.finditer(text) for place in range(*tagged.span())}

    def is_kept(place: int) -> bool:
        return place in kept or not is_invisible(text[place])

    # A joiner beside a removed character would have no effect in the result.
    joiners = (match.start() for match in _EMOJI_JOINER.finditer(text))
    kept |= {place for place in joiners if is_kept(place - 1) and is_kept(place + 1)}
    visible = [
        character
        for place, character in enumerate(text)
        if place in kept or character in keeping or character == ZWNJ or not is_invisible(character)
    ]
    return strip(_remove_idle_joiners("".join(visible)))


def _remove_idle_joiners(text: str) -> str:
    """`text` with only those ZWNJ that keep two letters from joining."""
    if ZWNJ not in text:
        return text
    before, *parts = re.split(f"{ZWNJ}+", text)
    written = [before]
    for part in parts:
        is_between_letters = (
            bool(part) and _joins_next(_find_last_letter(written)) and _joins_previous(part[0])
        )
        written.append(ZWNJ + part if is_between_letters else part)
    return "".join(written)


def _find_last_letter(parts: list[str]) -> str:
    """The last character that is not a combining mark, or ""."""
    characters = (character for part in reversed(parts) for character in reversed(part))
    return next((character for character in characters if unicodedata.category(character) != "Mn"), "")


@lru_cache(1_024)
def _joins_next(character: str) -> bool:
    """Whether it is a letter that joins the next one, as ب does and د does not.

    Python's Unicode database has no joining types, but the names of presentation forms. A letter without any,
    such as Kurdish ێ, is assumed to join.
    """
    if not _is_cursive(character):
        return False
    return _has_form(character, "INITIAL") or not (
        _has_form(character, "FINAL") or _has_form(character, "ISOLATED")
    )


def _joins_previous(character: str) -> bool:
    return _is_cursive(character) and character != "\u0621"


def _is_cursive(character: str) -> bool:
    """Whether it is a letter of a cursive script such as Arabic."""
    return bool(character) and character.isalpha() and unicodedata.bidirectional(character) == "AL"


def _has_form(character: str, form: str) -> bool:
    try:
        unicodedata.lookup(f"{unicodedata.name(character)} {form} FORM")
    except (KeyError, ValueError):
        return False
    return True
