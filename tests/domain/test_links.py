import pytest

from domain import links
from domain.problems import InvalidLink
from tests.cases import for_each


@for_each(
    "text",
    [
        "https://www.instagram.com/p/CA2-Sn-n9YX/?igshid=umy1k0igwj1b",
        "http://example.com",
        "https://example.com:8443/a?b=c#d",
        "https://t.me/کانال",
        "https://fa.wikipedia.org/wiki/می\u200cخواهم",
        "https://[2001:db8::1]/",
        "instagram",
        "@some.page_name",
        "صفحه_من",
        "quia",
    ],
)
def test_an_address_or_a_page_s_name_is_taken_as_it_is(text: str) -> None:
    assert links.parse(text) == text
    assert links.parse(f"  {text}\n") == text
    assert links.parse(f"\u200e\u2066{text}\u2069\ufeff ") == text


@for_each(
    "text",
    [
        "",
        "   ",
        "\u200b\ufeff",
        "instagram.com/p/x",
        "https://example.com/a\u200bb",
        "https://exam\u00adple.com/",
        "https://example.com/a\u200cb",
        "صفحه\u200cمن",
        "javascript:alert(1)",
        "ftp://example.com/a",
        "//example.com",
        "https://",
        "https:///path",
        "http://example.com:99999/",
        "https://exa mple.com",
        "https://example.com/\u202egpj.exe",
        "https://example.com/\x00",
        "a page with blanks",
        "<script>",
        "x" * 101,
        "https://example.com/" + "a" * 1_981,
        "https://example.com/\ud800",
        "https://[::1",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidLink):
        links.parse(text)


def test_the_longest_link_has_2000_characters() -> None:
    longest = "https://example.com/" + "a" * 1_980
    assert links.parse(longest) == longest
