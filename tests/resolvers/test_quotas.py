"""What one user may cause in CPU, disk and calls of the gateway; the same by every API."""

import asyncio
from datetime import timedelta

import httpx
import pytest

import database
from config.quota_settings import QuotaSettings
from domain.problems import QuotaReached
from domain.quotas import Quota
from models import Payment, QuotaUsage, Ticket, TicketMessage, User
from resolvers import payments, profile, quotas, tickets
from resolvers.app_context import AppContext
from tests.fakes import create_user
from tests.fixtures import create_authorization


@pytest.fixture(autouse=True)
def limits() -> None:
    """Small quotas for one test."""
    quotas.configure(
        QuotaSettings(
            quota_password_hashes="2/hour",
            quota_ticket_messages="3/hour",
            quota_ticket_bytes="100/hour",
            quota_payment_openings="2/minute",
        )
    )


async def expire_windows() -> None:
    await QuotaUsage.all().update(ends_at=await database.now())


async def test_tickets_and_replies_are_bounded_by_number_and_bytes_until_the_window_ends(db: str) -> None:
    user, other = await create_user(), await create_user()
    ticket = await tickets.create_ticket(user, subject="s", description="d")
    await tickets.reply_to_ticket(user, ticket_id=ticket.id, message="m")
    with pytest.raises(QuotaReached) as refusal:
        await tickets.reply_to_ticket(user, ticket_id=ticket.id, message="س" * 49)
    assert refusal.value.retry_after == timedelta(hours=1)
    await tickets.reply_to_ticket(user, ticket_id=ticket.id, message="س" * 48)

    with pytest.raises(QuotaReached):
        await tickets.create_ticket(user, subject="s", description="d")

    await tickets.create_ticket(other, subject="s", description="d")
    await expire_windows()
    await tickets.create_ticket(user, subject="s", description="d")
    assert (await Ticket.all().count(), await TicketMessage.all().count()) == (3, 2)


async def test_passwords_are_hashed_so_often_an_hour_and_no_more(app: AppContext) -> None:
    user = await create_user()
    for password in ("one", "two"):
        await profile.update_profile(app, user, password=password)
    before = (await User.get(id=user.id)).password_hash

    with pytest.raises(QuotaReached):
        await profile.update_profile(app, user, password="three", first_name="Mina")

    assert (await User.get(id=user.id)).password_hash == before
    assert (await profile.update_profile(app, user, first_name="Mina")).first_name == "Mina"


async def test_a_refused_payment_opens_nothing_and_its_key_is_good_afterwards(app: AppContext) -> None:
    user = await create_user()
    for key in ("a", "b", "b"):
        await payments.start_payment(app, user, amount=5_000, idempotency_key=key)

    with pytest.raises(QuotaReached):
        await payments.start_payment(app, user, amount=5_000, idempotency_key="c")
    assert await Payment.all().count() == 2

    await expire_windows()
    await payments.start_payment(app, user, amount=5_000, idempotency_key="c")
    assert await Payment.all().count() == 3


@pytest.mark.both_databases
async def test_work_at_once_takes_no_more_than_the_quota(db: str) -> None:
    user = await create_user()

    async def take() -> bool:
        try:
            await quotas.consume(user, Quota.TICKET_MESSAGES, now=await database.now())
        except QuotaReached:
            return False
        return True

    assert sum(await asyncio.gather(*(take() for _ in range(12)))) == 3
    assert (await QuotaUsage.get()).used == 3


async def test_rest_and_graphql_share_a_quota_and_answer_it(
    app: AppContext, client: httpx.AsyncClient
) -> None:
    headers = await create_authorization(app, await create_user())
    form = {"title": "s", "subject": "s", "description": "d"}
    document = (
        'mutation { createTicket(subject: "s", description: "d")'
        " { __typename ... on QuotaReached { code retryAfter } } }"
    )
    by_rest = [await client.post("/api/v1/user/tickets", headers=headers, json=form) for _ in range(2)]
    by_graphql = [
        (await client.post("/graphql", headers=headers, json={"query": document})).json() for _ in range(2)
    ]
    refused = await client.post("/api/v1/user/tickets", headers=headers, json=form)

    assert [answer.json()["status"] for answer in by_rest] == [201, 201]
    assert by_graphql[0]["data"]["createTicket"] == {"__typename": "Ticket"}
    assert by_graphql[1]["data"]["createTicket"] == {
        "__typename": "QuotaReached",
        "code": "QUOTA_REACHED",
        "retryAfter": 3_600,
    }
    assert (refused.status_code, refused.json()["status"]) == (429, 429)
