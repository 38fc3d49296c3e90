"""Users' support tickets."""

import pytest

from domain.enums import TicketStatus
from domain.problems import Forbidden, InvalidInput, TicketNotFound
from models import Ticket, TicketMessage
from resolvers import tickets
from resolvers.filters import OneOf
from resolvers.pagination import Direction, PageRequest
from resolvers.tickets import TicketFilter
from tests.fakes import TIMESTAMP, create_user
from tests.resolvers.factories import create_ticket

pytestmark = pytest.mark.usefixtures("db")
NO_IDS = [0, -1, 999_999, 2**31, 2**63, 10**30, -(10**30)]


async def test_create_ticket_opens_a_new_one() -> None:
    user = await create_user()

    ticket = await tickets.create_ticket(user, subject="Late", description="Where is it?")

    stored = await Ticket.get()
    assert (stored.id, stored.user_id, stored.status) == (ticket.id, user.id, TicketStatus.NEW)
    assert (stored.subject, stored.description) == ("Late", "Where is it?")
    assert stored.created_at == stored.updated_at == ticket.created_at
    assert stored.created_at.microsecond == 0


@pytest.mark.parametrize(
    ("subject", "description"), [("س" * 255, "d"), ("s", "😀" * 10_000), ("'\"%", "<b>")]
)
async def test_the_longest_texts_are_kept_whole(subject: str, description: str) -> None:
    await tickets.create_ticket(await create_user(), subject=subject, description=description)

    stored = await Ticket.get()
    assert (stored.subject, stored.description) == (subject, description)


@pytest.mark.parametrize("text", ["", " \n\t\u3000", "a\x00b", "\ud800"], ids=ascii)
async def test_a_text_that_is_blank_or_cannot_be_stored_is_refused_by_its_field(text: str) -> None:
    user = await create_user()
    ticket = await create_ticket(user)

    fields = []
    for attempt in (
        tickets.create_ticket(user, subject=text, description="d"),
        tickets.create_ticket(user, subject="s", description=text),
        tickets.reply_to_ticket(user, ticket_id=ticket.id, message=text),
    ):
        with pytest.raises(InvalidInput) as refusal:
            await attempt
        fields.append(refusal.value.field)

    assert fields == ["subject", "description", "message"]
    assert (await Ticket.all().count(), await TicketMessage.all().count()) == (1, 0)


async def test_texts_over_their_lengths_are_refused() -> None:
    user = await create_user()
    ticket = await create_ticket(user)

    for attempt in (
        tickets.create_ticket(user, subject="s" * 256, description="d"),
        tickets.create_ticket(user, subject="s", description="d" * 10_001),
        tickets.reply_to_ticket(user, ticket_id=ticket.id, message="m" * 10_001),
    ):
        with pytest.raises(InvalidInput):
            await attempt


async def test_list_tickets_gives_the_users_own_newest_first() -> None:
    user, other = await create_user(), await create_user()
    mine = [await create_ticket(user), await create_ticket(user)]
    await create_ticket(other)

    assert [ticket.id for ticket in await tickets.list_tickets(user)] == [mine[1].id, mine[0].id]


async def test_get_ticket_gives_the_users_own() -> None:
    user = await create_user()
    ticket = await create_ticket(user)

    assert (await tickets.get_ticket(user, ticket_id=ticket.id)).id == ticket.id


@pytest.mark.parametrize("ticket_id", NO_IDS)
async def test_an_id_of_no_ticket_is_not_found(ticket_id: int) -> None:
    user = await create_user()
    await create_ticket(user)

    with pytest.raises(TicketNotFound):
        await tickets.get_ticket(user, ticket_id=ticket_id)
    with pytest.raises(TicketNotFound):
        await tickets.reply_to_ticket(user, ticket_id=ticket_id, message="m")


async def test_a_ticket_of_another_user_is_forbidden() -> None:
    ticket = await create_ticket(await create_user())
    stranger = await create_user()

    with pytest.raises(Forbidden):
        await tickets.get_ticket(stranger, ticket_id=ticket.id)
    with pytest.raises(Forbidden):
        await tickets.reply_to_ticket(stranger, ticket_id=ticket.id, message="m")

    assert not await TicketMessage.exists()


async def test_a_reply_is_added_after_the_messages_before_it() -> None:
    user = await create_user()
    ticket = await create_ticket(user)
    first = await tickets.reply_to_ticket(user, ticket_id=ticket.id, message="Hello?")

    second = await tickets.reply_to_ticket(user, ticket_id=ticket.id, message="Anybody?")

    messages = await tickets.list_messages(ticket)
    assert [(message.id, message.message) for message in messages] == [
        (first.id, "Hello?"),
        (second.id, "Anybody?"),
    ]
    assert (second.user_id, second.ticket_id, second.is_read) == (user.id, ticket.id, False)
    assert second.created_at.microsecond == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TicketStatus.NEW, TicketStatus.NEW),
        (TicketStatus.PENDING, TicketStatus.PENDING),
        (TicketStatus.ANSWERED, TicketStatus.PENDING),
        (TicketStatus.CLOSED, TicketStatus.PENDING),
    ],
)
async def test_a_reply_makes_an_answered_or_closed_ticket_wait_for_staff(
    before: TicketStatus, after: TicketStatus
) -> None:
    user = await create_user()
    ticket, other = await create_ticket(user, status=before), await create_ticket(user, status=before)

    await tickets.reply_to_ticket(user, ticket_id=ticket.id, message="Still late")

    stored = await Ticket.get(id=ticket.id)
    assert stored.status is after
    assert (stored.updated_at > TIMESTAMP) is (before is not after)
    assert (await Ticket.get(id=other.id)).status is before


async def test_a_refused_reply_leaves_the_ticket_closed() -> None:
    user = await create_user()
    ticket = await create_ticket(user, status=TicketStatus.CLOSED)

    with pytest.raises(InvalidInput):
        await tickets.reply_to_ticket(user, ticket_id=ticket.id, message=" ")

    assert (await Ticket.get(id=ticket.id)).status is TicketStatus.CLOSED


async def test_messages_by_ticket_are_grouped_oldest_first() -> None:
    user = await create_user()
    requested, silent, other = [await create_ticket(user) for _ in range(3)]
    for ticket, text in ((requested, "1"), (other, "x"), (requested, "2")):
        await tickets.reply_to_ticket(user, ticket_id=ticket.id, message=text)

    grouped = await tickets.get_messages_by_ticket([silent.id, requested.id])

    assert {key: [message.message for message in found] for key, found in grouped.items()} == {
        silent.id: [],
        requested.id: ["1", "2"],
    }


async def test_tickets_page_filters_by_status_and_owner() -> None:
    user, other = await create_user(), await create_user()
    closed = await create_ticket(user, status=TicketStatus.CLOSED)
    await create_ticket(user, status=TicketStatus.NEW)
    await create_ticket(other, status=TicketStatus.CLOSED)

    async def ids(statuses: list[TicketStatus] | None) -> list[int]:
        page = await tickets.get_tickets_page(
            user,
            page=PageRequest(),
            where=TicketFilter(status=None if statuses is None else OneOf(statuses)),
            direction=Direction.ASC,
        )
        return [ticket.id for ticket in page.nodes]

    assert await ids([TicketStatus.CLOSED]) == [closed.id]
    assert len(await ids(None)) == 2
    assert await ids([]) == []
