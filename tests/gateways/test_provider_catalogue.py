from decimal import Decimal

import pytest

from domain.service_types import ServiceType
from gateways import provider_responses
from gateways.http import JsonResponse
from gateways.provider_results import ProviderService
from tests.subtest_cases import for_each

SERVICE = {
    "service": 1,
    "name": "Followers",
    "type": "Default",
    "category": "First Category",
    "rate": "0.90",
    "min": "50",
    "max": "10000",
    "refill": True,
    "cancel": True,
}


def parse_service(**changes: object) -> ProviderService:
    [service] = provider_responses.parse_catalogue(JsonResponse(200, [SERVICE | changes])).services
    return service


def test_a_service_is_parsed_as_documented_by_the_panel_api() -> None:
    assert parse_service(dripfeed=1, desc=" <p>Fast</p> ") == ProviderService(
        id="1",
        name="Followers",
        category="First Category",
        type=ServiceType.DEFAULT,
        type_text="Default",
        rate=Decimal("0.90"),
        min=50,
        max=10_000,
        drip_feed=True,
        refill=True,
        cancel=True,
        description="<p>Fast</p>",
    )


def test_a_service_with_few_fields_gets_no_invented_values() -> None:
    row = {"service": "A-17", "name": "Followers", "rate": 0.9, "min": None, "unknown_key": [1]}

    [service] = provider_responses.parse_catalogue(JsonResponse(200, [row])).services

    assert service == ProviderService(
        id="A-17",
        name="Followers",
        category="",
        type=None,
        type_text="",
        rate=Decimal("0.9"),
        min=None,
        max=None,
        drip_feed=False,
        refill=False,
        cancel=False,
        description="",
    )


@for_each(
    ("written", "kind"),
    [
        ("Default", ServiceType.DEFAULT),
        ("default", ServiceType.DEFAULT),
        ("Package", ServiceType.PACKAGE),
        ("Custom Comments", ServiceType.CUSTOM_COMMENTS),
        ("custom_comments", ServiceType.CUSTOM_COMMENTS),
        ("Custom Comments Package", ServiceType.CUSTOM_COMMENTS_PACKAGE),
        ("Mentions with Hashtags", ServiceType.MENTIONS_WITH_HASHTAGS),
        ("Mentions Custom List", ServiceType.MENTIONS_CUSTOM_LIST),
        ("Mentions Hashtag", ServiceType.MENTIONS_HASHTAG),
        ("Mentions User Followers", ServiceType.MENTIONS_USER_FOLLOWERS),
        ("Mentions Media Likers", ServiceType.MENTIONS_MEDIA_LIKERS),
        ("Comment Likes", ServiceType.COMMENT_LIKES),
        ("Subscriptions", ServiceType.SUBSCRIPTIONS),
        ("Poll", None),
        ("Mentions", None),
        ("", None),
        (None, None),
        (1, None),
    ],
)
def test_a_service_s_type_is_known_in_any_spelling_or_none(written: object, kind: ServiceType | None) -> None:
    assert parse_service(type=written).type is kind


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(None, id="null"),
        pytest.param("Followers", id="a text"),
        pytest.param([], id="a list"),
        pytest.param(SERVICE | {"service": None}, id="no id"),
        pytest.param(SERVICE | {"service": ""}, id="an empty id"),
        pytest.param(SERVICE | {"service": 1.5}, id="half an id"),
        pytest.param(SERVICE | {"service": "x" * 65}, id="an id of 65 characters"),
        pytest.param(SERVICE | {"name": " "}, id="a blank name"),
        pytest.param(SERVICE | {"rate": None}, id="no rate"),
        pytest.param(SERVICE | {"rate": "-1"}, id="a negative rate"),
        pytest.param(SERVICE | {"rate": "free"}, id="a rate in words"),
        pytest.param({"error": "Unknown"}, id="an error"),
    ],
)
def test_a_service_that_cannot_be_read_is_skipped_and_counted(row: object) -> None:
    catalogue = provider_responses.parse_catalogue(JsonResponse(200, [row, SERVICE, row]))

    assert [service.id for service in catalogue.services] == ["1"]
    assert catalogue.skipped == 2


def test_an_empty_catalogue_is_one() -> None:
    assert provider_responses.parse_catalogue(JsonResponse(200, [])).services == ()
