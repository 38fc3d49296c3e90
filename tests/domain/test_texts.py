from hypothesis import given
from hypothesis import strategies as st

from domain import texts

ANY_TEXT = st.text(st.characters() | st.characters(categories=["Cs"]) | st.just("\x00"))


@given(ANY_TEXT)
def test_storable_is_what_utf_8_spells_without_nul(text: str) -> None:
    try:
        can_be_spelled = b"\x00" not in text.encode("utf-8")
    except UnicodeEncodeError:
        can_be_spelled = False

    assert texts.is_storable(text) is can_be_spelled


def test_the_bounds_of_the_surrogates_are_not_storable_and_their_neighbours_are() -> None:
    assert not any(texts.is_storable(text) for text in ("\ud800", "\udfff", "a\x00", "\ud83d\ude00"))
    assert all(texts.is_storable(text) for text in ("", "\ud7ff", "\ue000", "😀", "\x01", "سلام\u200cها"))
