"""A provider that turns requests away for its rate limit."""

import pytest

from gateways.errors import GatewayAnsweredNonsense, GatewayBusy, GatewayRefused
from gateways.http import JsonAnswer
from gateways.provider_answers import order_id


@pytest.mark.parametrize(
    "answer",
    [
        JsonAnswer(200, {"error": "Too many requests"}),
        JsonAnswer(200, {"error": "too_many_requests."}),
        JsonAnswer(429, {"message": "Too Many Attempts."}),
        JsonAnswer(429, None),
    ],
)
def test_a_rate_limit_is_no_refusal_of_the_order(answer: JsonAnswer) -> None:
    with pytest.raises(GatewayBusy):
        order_id(answer)


@pytest.mark.parametrize(
    "answer",
    [JsonAnswer(429, {"order": 7}), JsonAnswer(200, {"error": "Too many requests", "order": 7})],
)
def test_a_rate_limit_that_names_an_order_leaves_its_outcome_unknown(answer: JsonAnswer) -> None:
    with pytest.raises(GatewayAnsweredNonsense):
        order_id(answer)


def test_another_refusal_stays_one() -> None:
    with pytest.raises(GatewayRefused):
        order_id(JsonAnswer(200, {"error": "Too many active orders"}))
