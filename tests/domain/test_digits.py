from hypothesis import given
from hypothesis import strategies as st

from domain import digits
from tests.subtest_cases import for_each

SCRIPT_ZEROS = "0۰٠０"


def spell(number: int, zero: str) -> str:
    """`number` in the digits of a script, named by its zero."""
    return "".join(chr(ord(zero) + int(sign)) if sign != "-" else sign for sign in str(number))


@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from(SCRIPT_ZEROS))
def test_every_64_bit_integer_is_read_in_every_script(number: int, zero: str) -> None:
    assert digits.parse_integer(spell(number, zero)) == number


@given(st.integers(2**63) | st.integers(max_value=-(2**63) - 1))
def test_an_integer_beyond_64_bits_is_none(number: int) -> None:
    assert digits.parse_integer(str(number)) is None


@given(st.text())
def test_parse_integer_reads_any_text_as_an_integer_or_as_none(text: str) -> None:
    number = digits.parse_integer(text)

    assert number is None or digits.to_ascii(text).lstrip("+-").lstrip("0") == str(abs(number)).lstrip("0")


@for_each(
    "text",
    [
        "",
        "-",
        "+",
        "+-1",
        " 1",
        "1 ",
        "1_000",
        "1,000",
        "1.0",
        "1e3",
        "0x1",
        "--1",
        "१",
        "²",
        "1\n",
        "9" * 20,
    ],
)
def test_integers_that_only_python_accepts_are_none(text: str) -> None:
    assert digits.parse_integer(text) is None


def test_digits_of_several_scripts_may_mix() -> None:
    assert digits.parse_integer("1۲٣") == 123


@given(st.text())
def test_to_ascii_changes_nothing_but_digits(text: str) -> None:
    ascii_text = digits.to_ascii(text)

    assert len(ascii_text) == len(text)
    assert all(
        new == old or (old in "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩０１２３４５６７８９" and new in "0123456789")
        for old, new in zip(text, ascii_text, strict=True)
    )


def test_to_ascii_translates_every_digit_by_their_value() -> None:
    assert {digits.to_ascii(each) for each in ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９")} == {
        "0123456789"
    }
