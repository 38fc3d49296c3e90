from hypothesis import given
from hypothesis import strategies as st

from domain import mobiles
from tests.subtest_cases import for_each

NUMBERS = st.from_regex(r"9[0-9]{9}", fullmatch=True, alphabet="0123456789")
PREFIXES = ["", "0", "98", "+98", "0098", "+980", "00980", "980"]
SEPARATORS = [
    " ",
    "-",
    "–",
    "−",
    ".",
    "/",
    "(",
    ")",
    "\t",
    "\u200c",
    "\u200b",
    "\ufeff",
    "\u061c",
    "\u00ad",
    "\u200e",
    "\u202a",
    "\u202c",
    "\u2066",
    "\u2069",
    "\xa0",
]


@given(NUMBERS, st.sampled_from(PREFIXES), st.sampled_from("0۰٠０"))
def test_a_number_is_read_with_every_prefix_and_in_every_script(number: str, prefix: str, zero: str) -> None:
    spelling = "".join(chr(ord(zero) + int(sign)) if sign.isdigit() else sign for sign in prefix + number)

    assert mobiles.normalize(spelling) == f"0{number}"


@given(NUMBERS, st.lists(st.tuples(st.integers(0, 10), st.sampled_from(SEPARATORS)), max_size=8))
def test_separators_and_marks_of_pasted_numbers_are_passed_over(
    number: str, separators: list[tuple[int, str]]
) -> None:
    text = f"0{number}"
    for place, separator in separators:
        text = text[:place] + separator + text[place:]

    assert mobiles.normalize(text) == f"0{number}"


@given(st.text())
def test_normalize_gives_the_stored_form_or_none(text: str) -> None:
    mobile = mobiles.normalize(text)

    assert mobile is None or (len(mobile) == 11 and mobile.startswith("09") and mobile.isascii())
    assert mobile is None or mobiles.normalize(mobile) == mobile


@for_each(
    "text",
    [
        "",
        "0",
        "0912111111",
        "091211111111",
        "08121111111",
        "02122222222",
        "+19121111111",
        "++989121111111",
        "+09121111111",
        "00989121111111111",
        "0912111111a",
        "09121111111 ext 5",
        "0098989121111111",
        "०९१२११११११",
        "sara@example.com",
        "09121111111\x00",
    ],
)
def test_a_text_that_is_not_an_iranian_mobile_is_none(text: str) -> None:
    assert mobiles.normalize(text) is None


def test_a_masked_mobile_shows_its_first_four_and_last_three_digits() -> None:
    assert mobiles.mask("09301234399") == "0930****399"
