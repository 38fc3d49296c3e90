"""A provider that turns requests away for its rate limit."""

import pytest

from gateways.errors import GatewayInvalidResponse, GatewayRateLimited, GatewayRejected
from gateways.http import JsonResponse
from gateways.provider_responses import parse_order_id


@pytest.mark.parametrize(
    "answer",
    [
        JsonResponse(200, {"error": "Too many requests"}),
        JsonResponse(200, {"error": "too_many_requests."}),
        JsonResponse(429, {"message": "Too Many Attempts."}),
        JsonResponse(429, None),
    ],
)
def test_a_rate_limit_is_not_a_refusal_of_the_order(answer: JsonResponse) -> None:
    with pytest.raises(GatewayRateLimited):
        parse_order_id(answer)


@pytest.mark.parametrize(
    "answer",
    [JsonResponse(429, {"order": 7}), JsonResponse(200, {"error": "Too many requests", "order": 7})],
)
def test_a_rate_limit_that_names_an_order_leaves_its_outcome_unknown(answer: JsonResponse) -> None:
    with pytest.raises(GatewayInvalidResponse):
        parse_order_id(answer)


def test_another_refusal_stays_one() -> None:
    with pytest.raises(GatewayRejected):
        parse_order_id(JsonResponse(200, {"error": "Too many active orders"}))
