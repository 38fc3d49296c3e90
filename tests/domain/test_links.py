import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import links
from domain.problems import InvalidLink
from tests.subtest_cases import for_each


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
def test_an_address_or_a_page_name_is_kept_unchanged(text: str) -> None:
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


SAME = [
    (
        "https://instagram.com/p/x",
        "HTTPS://WWW.Instagram.com/p/x",
        "http://instagram.com:80/p/x/",
        "https://instagram.com:443/p/./y/../x",
        "https://www.instagram.com./p/%78//",
        "https://instagram.com/p/x?#",
    ),
    (
        "https://t.me/کانال",
        "https://t.me/%DA%A9%D8%A7%D9%86%D8%A7%D9%84",
        "https://t.me/%da%a9%d8%a7%d9%86%d8%a7%d9%84/",
    ),
    ("https://مثال.ایران/a", "https://xn--mgbh0fb.xn--mgba3a4f16a/a"),
    ("https://example.com", "http://EXAMPLE.com/", "https://www.example.com"),
    ("sara", "@Sara"),
    ("http://[2001:DB8::1]/", "https://[2001:db8::1]"),
]
DIFFERENT = (
    "https://instagram.com/p/x",
    "https://instagram.com/p/X",
    "https://instagram.com/p/x?a=1",
    "https://instagram.com/p/x?a=2",
    "https://instagram.com/p/x#a",
    "https://instagram.com/p%2Fx",
    "https://instagram.com:8443/p/x",
    "https://user@instagram.com/p/x",
    "https://m.instagram.com/p/x",
    "instagram",
)


def test_spellings_of_one_link_are_equal_and_other_links_differ(subtests: pytest.Subtests) -> None:
    for first, *others in SAME:
        for other in others:
            with subtests.test(other=other):
                assert links.normalize(other) == links.normalize(first)
                assert links.hash_link(other) == links.hash_link(first)
    assert len(set(map(links.normalize, DIFFERENT))) == len(DIFFERENT)
    assert len(set(map(links.hash_link, DIFFERENT))) == len(DIFFERENT)


@given(st.text(st.sampled_from("/.%2fF41aA?#:@~é\u06f1"), max_size=20))
def test_a_normalized_link_is_an_address_and_normalizes_to_itself(rest: str) -> None:
    link = f"https://example.com/{rest}"

    if links.is_address(link):
        once = links.normalize(link)
        assert links.normalize(once) == once
