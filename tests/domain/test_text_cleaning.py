import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import text_cleaning

ANY_TEXT = st.text(st.characters() | st.characters(categories=["Cs"]) | st.just("\x00"))


@given(ANY_TEXT)
def test_text_is_storable_if_it_is_valid_utf_8_without_nul(text: str) -> None:
    try:
        can_be_spelled = b"\x00" not in text.encode("utf-8")
    except UnicodeEncodeError:
        can_be_spelled = False

    assert text_cleaning.is_storable(text) is can_be_spelled


def test_the_bounds_of_the_surrogates_are_not_storable_and_their_neighbours_are() -> None:
    assert not any(text_cleaning.is_storable(text) for text in ("\ud800", "\udfff", "a\x00", "\ud83d\ude00"))
    assert all(
        text_cleaning.is_storable(text) for text in ("", "\ud7ff", "\ue000", "😀", "\x01", "سلام\u200cها")
    )


# Characters that come with pasted text, from real bug reports.
PASTED = "\u200b\u2060\ufeff\u061c\u00ad\u180e\u3164\u200e\u200f\u202a\u202e\u2066\u2069\u115f\u2800"
CLEANERS = (
    text_cleaning.clean_line,
    text_cleaning.clean_name,
    text_cleaning.clean_paragraph,
    text_cleaning.clean_key,
    text_cleaning.clean_number,
)
LINES = {
    "می\u200cخواهم": "می\u200cخواهم",
    "نمی\u200c\u200cدانم\u200c": "نمی\u200cدانم",
    "\u200cسلام \u200c دنیا": "سلام  دنیا",
    "دا\u200cرا": "دارا",
    "sa\u200cra": "sara",
    "ab\u200dc": "abc",
    "خانه\u0654\u200cی": "خانه\u0654\u200cی",
    "👩\u200d💻": "👩\u200d💻",
    "❤\ufe0f\u200d🔥 \u200d": "❤\ufe0f\u200d🔥",
    "go 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f": (
        "go 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    ),
    "x\U000e0067": "x",
    "\u202eali\u202c": "ali",
    "a\u200bb\x07": "ab",
    "۱۲\u0600": "۱۲\u0600",
}
CODES = {
    "123 456": "123456",
    "۱۲۳\u200c-۴۵۶": "123456",
    "\u2067٠٥٩٦٥٥\u2069": "059655",
    "１２３.４５６": "123456",
}
NUMBERS = {
    "100": 100,
    "100.0": 100,
    "100.": 100,
    " ۱۰۰\u200f": 100,
    "\u200e-٧": -7,
    "１２": 12,
    "1.5": None,
    ".0": None,
    "1,000": None,
    "1 000": None,
    "": None,
    "9" * 20: None,
}


def test_format_and_control_characters_are_invisible() -> None:
    hidden = [chr(code) for code in range(sys.maxunicode) if unicodedata.category(chr(code)) == "Cf"]
    seen = {character for character in hidden if not text_cleaning.is_invisible(character)}

    assert seen >= {"\u0600", "\u06dd"}
    assert all(
        unicodedata.name(character).split()[0] in {"ARABIC", "SYRIAC", "KAITHI"} for character in seen
    ), seen
    assert all(map(text_cleaning.is_invisible, PASTED))
    assert not any(map(text_cleaning.is_invisible, " \n\u3000aب۱❤\ufe0f\u0301"))


def test_text_of_nothing_but_invisible_characters_is_empty() -> None:
    for clean in (*CLEANERS, text_cleaning.clean_code, text_cleaning.strip, text_cleaning.remove_invisible):
        assert clean(f" {PASTED}\t" if clean is not text_cleaning.remove_invisible else PASTED) == "", (
            clean.__name__
        )
    assert text_cleaning.split_lines(f"{PASTED}\n \u200c\r\n\u2028{PASTED}") == []


def test_lines_keep_the_joiners_that_do_something(subtests: pytest.Subtests) -> None:
    for pasted, cleaned in LINES.items():
        with subtests.test(pasted=ascii(pasted)):
            assert text_cleaning.clean_line(pasted) == cleaned


def test_paragraphs_keep_single_marks_of_direction_and_names_stay_on_one_line() -> None:
    assert text_cleaning.clean_paragraph("a\u200fb\u202ec\n\u200d") == "a\u200fbc"
    assert text_cleaning.clean_name("\u200bsara\r\n\tahmadi\u2028x") == "sara ahmadi x"


def test_codes_and_numbers_are_read_however_they_are_grouped(subtests: pytest.Subtests) -> None:
    for pasted, code in CODES.items():
        with subtests.test(pasted=ascii(pasted)):
            assert text_cleaning.clean_code(pasted) == code
    for pasted, number in NUMBERS.items():
        with subtests.test(pasted=ascii(pasted)):
            assert text_cleaning.parse_integer(pasted) == number


PERSIAN = st.text(
    st.sampled_from("بدمیء\u0654\u200c\u200d\u200b\u200f\u202e👩❤\ufe0f💻a \n\U000e0067\U000e007f🏴")
)


@pytest.mark.parametrize("idle", ["\U000e007f", "\u2060", "\u2800", "\u3164"])
def test_a_joiner_does_not_outlast_the_character_that_it_joined(idle: str) -> None:
    for text in (f"0{idle}\u200d🀀", f"👩\u200d{idle}0"):
        assert "\u200d" not in text_cleaning.clean_line(text)


@given(ANY_TEXT | PERSIAN)
def test_cleaning_once_is_enough(text: str) -> None:
    for clean in (*CLEANERS, text_cleaning.clean_code, text_cleaning.strip, text_cleaning.remove_invisible):
        once = clean(text)
        assert clean(once) == once, clean.__name__


@given(ANY_TEXT | PERSIAN)
def test_cleaning_removes_nothing_visible(text: str) -> None:
    def seen(value: str) -> str:
        return "".join(character for character in value if not text_cleaning.is_invisible(character)).strip()

    assert seen(text_cleaning.clean_paragraph(text)) == seen(text)
    assert seen(text_cleaning.clean_line(text)) == seen(text)
