import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth import login_codes
from domain.problems import InvalidInput, MalformedUsername
from tests.subtest_cases import for_each

CODES = st.from_regex(r"[0-9]{6}", fullmatch=True, alphabet="0123456789")


def test_new_codes_are_six_digits_and_not_always_the_same() -> None:
    codes = {login_codes.generate_code() for _ in range(50)}

    assert len(codes) > 1
    assert all(login_codes.parse_code(code) == code for code in codes)


@given(CODES, st.sampled_from("0۰٠"))
def test_a_code_is_read_in_every_script_with_its_leading_zeros(code: str, zero: str) -> None:
    spelling = "".join(chr(ord(zero) + int(digit)) for digit in code)

    assert login_codes.parse_code(f" {spelling}\n") == code


@given(st.text())
def test_parse_code_gives_six_digits_or_refuses(text: str) -> None:
    try:
        code = login_codes.parse_code(text)
    except InvalidInput:
        return
    assert len(code) == 6
    assert set(code) <= set("0123456789")


@for_each("text", ["", "12345", "1234567", "१२३४५६", "12 456", "12345a", "\x00"])
def test_a_text_without_six_digits_is_an_invalid_code(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        login_codes.parse_code(text)

    assert refusal.value.field == "code"


def test_a_hash_depends_on_the_key_the_subject_and_the_code() -> None:
    hashes = {
        login_codes.hash_code(key, subject=subject, code=code)
        for key in (b"a", b"b")
        for subject in ("09121111111", "09122222222")
        for code in ("000000", "000001")
    }

    assert len(hashes) == 8
    assert all(len(text) == 64 and set(text) <= set("0123456789abcdef") for text in hashes)


@given(st.text())
def test_parse_username_gives_a_mobile_or_an_email_or_refuses(text: str) -> None:
    try:
        username = login_codes.parse_username(text)
    except MalformedUsername:
        return
    assert login_codes.parse_username(username) == username
    assert len(username) <= 254


@for_each(
    ("text", "username"),
    [
        ("+98 912 111 1111", "09121111111"),
        (" ۰۹۱۲۱۱۱۱۱۱۱ ", "09121111111"),
        (" Sara@Example.com\n", "sara@example.com"),
    ],
)
def test_a_username_is_read_in_its_one_form(text: str, username: str) -> None:
    assert login_codes.parse_username(text) == username


@for_each("text", ["", "sara", "0912", "a" * 260 + "@b.ir", "\ud800@example.com"])
def test_neither_a_mobile_nor_an_email_is_malformed(text: str) -> None:
    with pytest.raises(MalformedUsername):
        login_codes.parse_username(text)
