"""Spellings that readers take for the same text fold to the same form."""

from hypothesis import given
from hypothesis import strategies as st

from domain import text_cleaning
from domain.search_folding import FROM, TO, fold
from tests.subtest_cases import for_each

ANY_TEXT = st.text()
SEARCHED = st.text(alphabet=FROM + TO + "\x00 aZ\u064b", max_size=40)


@given(ANY_TEXT | SEARCHED)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT | SEARCHED, ANY_TEXT | SEARCHED)
def test_a_part_of_a_text_folds_to_a_part_of_the_folded_text(start: str, end: str) -> None:
    assert fold(start + end) == fold(start) + fold(end)


def test_each_character_of_the_table_has_one_counterpart_or_none() -> None:
    assert len(set(FROM)) == len(FROM) >= len(TO)
    for place, character in enumerate(FROM):
        assert fold(character) == TO[place : place + 1], hex(ord(character))
        assert fold(character).casefold() == fold(character), hex(ord(character))


def test_every_invisible_character_and_blank_of_the_first_plane_is_folded() -> None:
    for character in map(chr, range(1, 0x10000)):
        if text_cleaning.is_invisible(character):
            assert fold(character) == "", hex(ord(character))
        elif character.isspace():
            assert fold(character) == " ", hex(ord(character))


@for_each(
    "spelling, folded",
    [
        ("كتابي", "کتابی"),
        ("مؤسسة", "موسسه"),
        ("آرشیو أحمد إیمان", "ارشیو احمد ایمان"),
        ("می\u200cخواهم", "میخواهم"),
        ("خانه\u0654 ۀ", "خانه ه"),
        ("فالـــوور", "فالوور"),
        ("مُحَمَّد", "محمد"),
        ("۱۲٣٤５ ＡＢｃ", "12345 abc"),
        ("INSTAGRAM É Ж Σ", "instagram é ж σ"),
        ("a\xa0b\u3000c", "a b c"),
    ],
)
def test_spellings_of_one_text_fold_to_it(spelling: str, folded: str) -> None:
    assert fold(spelling) == folded
