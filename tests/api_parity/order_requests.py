"""A valid order of each service type, in the format of each API."""

from dataclasses import dataclass

from domain.service_types import ServiceType
from models import Service
from tests.api_parity.scenario import Scenario, to_global_id

LINK = "https://example.com/p/1"
LINES = "one\ntwo, and a half\nthree"
HASHTAGS = "#first\n#second"
POST = "https://example.com/p/2"

Fields = dict[str, object]


@dataclass(frozen=True)
class OrderRequest:
    """What an order needs besides its service and link."""

    type: ServiceType
    legacy: Fields
    modern: Fields
    is_drip_feed: bool = False

    async def put_on_sale(self, scenario: Scenario) -> None:
        """Make the service one of this type."""
        await Service.filter(id=scenario.catalogue.service.id).update(
            type=self.type, drip_feed=self.is_drip_feed
        )

    def for_rest(self, scenario: Scenario, change: Fields) -> Fields:
        service = scenario.catalogue.service
        named = {"service_id": service.id, "category_id": service.category_id, "link": LINK}
        return {**named, **self.legacy, **change}

    def for_graphql(self, scenario: Scenario, change: Fields) -> Fields:
        named = {"serviceId": to_global_id("Service", scenario.catalogue.service.id), "link": LINK}
        return {"input": {**named, **self.modern, **change}}


def _alike(type: ServiceType, **fields: object) -> OrderRequest:  # noqa: A002 - the column's name
    return OrderRequest(type, fields, fields)


PLAIN = _alike(ServiceType.DEFAULT, quantity=100)

SOUND = {
    "default": PLAIN,
    "default in runs": OrderRequest(
        ServiceType.DEFAULT,
        {"quantity": 100, "is_drip_feed": "on", "runs": 3, "interval": 15},
        {"quantity": 100, "dripFeed": {"runs": 3, "interval": 15}},
        is_drip_feed=True,
    ),
    "package": _alike(ServiceType.PACKAGE),
    "custom comments": _alike(ServiceType.CUSTOM_COMMENTS, comments=LINES),
    "custom comments package": OrderRequest(
        ServiceType.CUSTOM_COMMENTS_PACKAGE, {"comments_custom_package": LINES}, {"comments": LINES}
    ),
    "mentions with hashtags": _alike(
        ServiceType.MENTIONS_WITH_HASHTAGS, quantity=100, usernames=LINES, hashtags=HASHTAGS
    ),
    "mentions custom list": OrderRequest(
        ServiceType.MENTIONS_CUSTOM_LIST, {"usernames_custom": LINES}, {"usernames": LINES}
    ),
    "mentions hashtag": _alike(ServiceType.MENTIONS_HASHTAG, quantity=100, hashtag="#first"),
    "mentions user followers": _alike(ServiceType.MENTIONS_USER_FOLLOWERS, quantity=100, username="sara"),
    "mentions media likers": OrderRequest(
        ServiceType.MENTIONS_MEDIA_LIKERS,
        {"quantity": 100, "media_url": POST},
        {"quantity": 100, "mediaUrl": POST},
    ),
    "comment likes": _alike(ServiceType.COMMENT_LIKES, quantity=100, username="sara"),
    "subscriptions": OrderRequest(
        ServiceType.SUBSCRIPTIONS,
        {
            "username": "sara",
            "sub_posts": 2,
            "sub_min": 5,
            "sub_max": 20,
            "sub_delay": 30,
            "sub_expiry": "31/12/2199",
        },
        {
            "username": "sara",
            "subscription": {"posts": 2, "min": 5, "max": 20, "delay": 30, "expiry": "31/12/2199"},
        },
    ),
}
