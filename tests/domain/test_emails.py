import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import emails

SPELLINGS = {
    "sara@example.com": (
        "Sara@Example.COM",
        " sara@example.com\n",
        "sara@example.com\u200e",
        "ｓａｒａ@example.com",
    ),
    "a@b.ir": ("a@b.ir", "\ufeffa\u200b@b\u00ad.ir", "a@ｂ.ir"),
    "first.last+tag@sub.example.co.uk": ("first.last+tag@sub.example.co.uk",),
    "o'neil@example.com": ("o'neil@example.com",),
    "سارا@مثال.ایران": ("سارا@مثال.ایران", "سارا@xn--mgbh0fb.xn--mgba3a4f16a"),
    "josé@example.com": ("josé@example.com", "jose\u0301@example.com"),
}
REFUSED = (
    "",
    "@",
    "a@",
    "@b.ir",
    "a@b",
    "a@.",
    "a@b..co",
    ".a@b.co",
    "a.@b.co",
    "a@-b.co",
    "a@b-.co",
    "a b@c.ir",
    "a@b c.ir",
    "a@b@c.ir",
    "a\x00@b.ir",
    "\ud800@b.ir",
    "<a@b.ir>",
    'a"@b.ir',
    "a@localhost",
    "a@printer.local",
    f"{'a' * 65}@b.ir",
    f"{'a' * 64}@{'b' * 180}.example",
    f"{'a' * 1_000}@b.ir",
)


def test_each_spelling_of_a_visible_address_is_that_address(subtests: pytest.Subtests) -> None:
    for address, spellings in SPELLINGS.items():
        for spelling in spellings:
            with subtests.test(spelling=ascii(spelling)):
                assert emails.normalize(spelling) == address


def test_an_undeliverable_address_is_invalid(subtests: pytest.Subtests) -> None:
    for text in REFUSED:
        with subtests.test(text=ascii(text)):
            assert emails.normalize(text) is None


@given(st.emails() | st.text() | st.from_regex(r"[^@]+@[^@]+\.\w+"))
def test_an_accepted_address_is_stored_as_it_normalizes_again(text: str) -> None:
    email = emails.normalize(text)

    if email is not None:
        local, domain = email.split("@")
        assert local
        assert "." in domain
        assert not any(character.isspace() or character < " " for character in email)
        assert len(email) <= emails.MAX_LENGTH
        assert emails.normalize(email) == email
