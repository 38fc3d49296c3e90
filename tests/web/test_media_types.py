"""Accept headers are weighed as RFC 9110 section 12.5.1 has it."""

import pytest

from web import media_types

JSON, GRAPHQL = "application/json", "application/graphql-response+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def test_a_page_is_served_only_to_clients_that_prefer_html(subtests: pytest.Subtests) -> None:
    for accept, is_page in {
        BROWSER: True,
        "text/html": True,
        "application/json, text/html;q=0.9": False,
        "text/html;q=0.5, application/json;q=0.4": True,
        "text/html;q=0": False,
        "text/html;q=nonsense": False,
        "*/*": False,
        "text/*": False,
        "": False,
    }.items():
        with subtests.test(accept):
            assert media_types.prefers_page(accept, JSON, GRAPHQL) is is_page


def test_graphql_s_media_type_is_used_when_preferred_at_least_as_much_as_json(
    subtests: pytest.Subtests,
) -> None:
    for accept, is_modern in {
        GRAPHQL: True,
        f"{GRAPHQL}, {JSON}": True,
        f"{GRAPHQL}, {JSON};q=0.9": True,
        f"{JSON}, {GRAPHQL};q=0.9": False,
        f"{GRAPHQL}; charset=utf-8, {JSON}; charset=utf-8": True,
        f"{GRAPHQL};q=0, {JSON}": False,
        "*/*": False,
        "": False,
    }.items():
        with subtests.test(accept):
            assert media_types.prefers(accept, GRAPHQL, over=JSON) is is_modern
