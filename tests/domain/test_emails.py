from hypothesis import given
from hypothesis import strategies as st

from domain import emails
from tests.cases import for_each


@given(st.emails())
def test_normalize_gives_an_address_in_lower_case_and_is_done_after_once(address: str) -> None:
    email = emails.normalize(address)

    assert email is None or email == address.lower() == emails.normalize(email)


@given(st.text() | st.from_regex(r"[^@]+@[^@]+\.\w+"))
def test_an_accepted_address_has_one_at_a_dotted_domain_and_no_blanks(text: str) -> None:
    email = emails.normalize(text)

    if email is not None:
        local, domain = email.split("@")
        assert local
        assert "." in domain
        assert not any(character.isspace() or character < " " for character in email)
        assert len(email) <= 254


@for_each(
    "text",
    [
        "Sara@Example.com",
        "a@b.ir",
        "first.last+tag@sub.example.co.uk",
        "o'neil@example.com",
        "سارا@مثال.ایران",
        f"{'a' * 64}@{'b' * 180}.example",
    ],
)
def test_usual_addresses_are_accepted(text: str) -> None:
    assert emails.normalize(text) == text.lower()


@for_each(
    "text",
    [
        "",
        "@",
        "a@",
        "@b.ir",
        "a@b",
        "a@.",
        "a@b.i",
        "a b@c.ir",
        "a@b c.ir",
        "a@b@c.ir",
        "a@b.ir\n",
        " a@b.ir",
        "a\x00@b.ir",
        "<a@b.ir>",
        'a"@b.ir',
        f"{'a' * 65}@b.ir",
        f"{'a' * 64}@{'b' * 180}.{'c' * 63}",
        f"{'İ' * 60}@{'İ' * 100}.com",
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert emails.normalize(text) is None
