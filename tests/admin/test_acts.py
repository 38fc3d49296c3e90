"""Buttons of the staff's pages: each does its operation once, for whoever may, and tells what refuses."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import httpx
import pytest

from admin.acts import rules_of
from admin.views.base import StaffView
from admin.views.orders import OrderView
from admin.views.users import UserView
from domain.order_status import OrderStatus
from domain.permissions import allows
from domain.roles import UserRole
from domain.staff_acts import StaffAct
from models import AuditEntry, LedgerEntry, Order, TicketMessage, User
from resolvers.audit import audit_ledger
from resolvers.shop import Shop
from tests.admin.test_lists import LISTS, record_of
from tests.admin.visits import Visit
from tests.database_state import stored_rows
from tests.fake_providers import FakeProviders
from tests.resolvers.provider_records import CATALOGUE_ROW
from tests.resolvers.staff.world import World, create_world


@dataclass(frozen=True)
class Press:
    """A button with what its box is given, and the act that the log tells of.

    `record` is the key of the record where it is not the view's own of the world; `before` prepares it.
    """

    key: str
    name: str
    act: StaffAct
    form: Mapping[str, str] = field(default_factory=dict)
    more: Callable[[World], Mapping[str, str]] = lambda _: {}
    record: Callable[[World], int] | None = None
    before: Callable[[World], Awaitable[object]] | None = None


PRESSES = [
    Press("categories", "hide", StaffAct.SET_CATEGORY_ACTIVE),
    Press("services", "hide", StaffAct.SET_SERVICE_ACTIVE),
    Press("providers", "sync", StaffAct.SYNC_PROVIDER, {"adds": "on"}),
    Press("providers", "switch_off", StaffAct.SET_PROVIDER_ACTIVE),
    Press("users", "adjust", StaffAct.ADJUST_BALANCE, {"amount": "-۵۰۰", "reason": "x", "once": "k" * 16}),
    Press("users", "discount", StaffAct.SET_CUSTOM_RATE, {"percent": "15"}),
    Press("users", "block", StaffAct.SET_USER_ACTIVE, {"reason": "spam"}),
    Press("users", "sign_out", StaffAct.SIGN_OUT_USER),
    Press(
        "users",
        "revoke_key",
        StaffAct.REVOKE_USER_API_KEY,
        before=lambda world: User.filter(id=world.buyer.id).update(api_key_hash="0" * 64),
    ),
    Press("users", "reset_totp", StaffAct.RESET_TOTP, record=lambda world: world.manager.user.id),
    Press("users", "role", StaffAct.SET_USER_ROLE, {"role": "support"}),
    Press("orders", "status", StaffAct.SET_ORDER_STATUS, {"status": "completed", "note": "by hand"}),
    Press("orders", "resend", StaffAct.RESEND_ORDER, {"looked": ""}),
    Press("orders", "partial", StaffAct.SET_ORDER_PARTIAL, {"remains": "40", "note": ""}),
    Press("orders", "cancel", StaffAct.CANCEL_ORDER, {"note": ""}),
    Press("orders", "refund", StaffAct.REFUND_ORDER, {"note": "sorry"}),
    Press("orders", "note", StaffAct.NOTE_ORDER, {"note": "looking into it"}),
    Press("refills", "settle", StaffAct.SETTLE_REFILL, {"status": "completed", "note": "done"}),
    Press("refills", "resume", StaffAct.RESUME_REFILL),
    Press("tickets", "answer", StaffAct.ANSWER_TICKET, {"message": "سلام\nحل شد"}),
    Press("tickets", "close", StaffAct.CLOSE_TICKET),
    Press(
        "tickets",
        "assign",
        StaffAct.ASSIGN_TICKET,
        more=lambda world: {"assignee": str(world.staff[UserRole.SUPPORT].user.id)},
    ),
    Press("gifts", "range", StaffAct.UPDATE_GIFT, {"min": "3", "max": "4"}),
    Press("gifts", "take_off", StaffAct.UPDATE_GIFT),
    Press("payments", "settle", StaffAct.SETTLE_PAYMENT, {"amount": "900", "reason": "paid less"}),
    Press("payments", "reject", StaffAct.REJECT_PAYMENT, {"reason": "paid back"}),
]
BACK_AGAIN = {"show", "switch_on", "unblock", "put_on"}
VIEWS = {str(view.key): view for view in LISTS}


def acts_of(view: type[StaffView], shop: Shop) -> dict[str, Callable[..., object]]:
    handlers = view(shop)._row_actions_handlers
    return {name: handler for name, handler in handlers.items() if name not in ("view", "edit", "delete")}


async def test_every_button_is_pressed_here(shop: Shop) -> None:
    there = {(key, name) for key, view in VIEWS.items() for name in acts_of(view, shop)}

    assert {(press.key, press.name) for press in PRESSES} == {
        (key, name) for key, name in there if name not in BACK_AGAIN
    }


@pytest.mark.parametrize("press", PRESSES, ids=lambda press: f"{press.key}-{press.name}")
async def test_a_button_does_its_act_for_whoever_may(
    press: Press, shop: Shop, client: httpx.AsyncClient, panels: FakeProviders
) -> None:
    panels.catalogue = (CATALOGUE_ROW,)
    world = await create_world(shop)
    view = VIEWS[press.key]
    needs = rules_of(acts_of(view, shop)[press.name]).needs
    pk = record_of(world, view) if press.record is None else press.record(world)
    form = {**press.form, **press.more(world)}
    if press.before:
        await press.before(world)
    before = await stored_rows()
    for role, staff in world.staff.items():
        if not allows(role, needs):
            visit = await Visit.of(shop, client, staff.user)
            assert (await visit.act(press.key, pk, press.name, **form)).status_code in (303, 400), role
    assert await stored_rows() == before

    visit = await Visit.of(shop, client, world.owner.user)
    answer = await visit.act(press.key, pk, press.name, **form)

    assert answer.status_code == 200, answer.text
    [entry] = await AuditEntry.all()
    assert (entry.act, entry.subject_id, entry.actor_id) == (press.act, pk, world.owner.user.id)
    assert await audit_ledger() == []


@pytest.mark.parametrize(
    ("off", "on"), [("hide", "show"), ("switch_off", "switch_on"), ("take_off", "put_on")]
)
async def test_what_is_switched_off_is_switched_on_again(
    off: str, on: str, shop: Shop, client: httpx.AsyncClient
) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user)
    for key in ("categories", "services", "providers", "gifts"):
        pk = record_of(world, VIEWS[key])
        if off not in acts_of(VIEWS[key], shop):
            continue
        assert (await visit.act(key, pk, on)).status_code == 400, key
        assert (await visit.act(key, pk, off)).status_code == 200, key
        assert (await visit.act(key, pk, on)).status_code == 200, key
        assert (await VIEWS[key].of.get(id=pk)).is_active  # type: ignore[attr-defined] # each has it


async def test_a_blocked_user_is_let_in_again(shop: Shop, client: httpx.AsyncClient) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user)
    await User.filter(id=world.buyer.id).update(is_active=False)

    assert (await visit.act("users", world.buyer.id, "unblock", reason="sorry")).status_code == 200

    assert (await User.get(id=world.buyer.id)).is_active


async def test_a_box_that_is_sent_twice_moves_money_once(shop: Shop, client: httpx.AsyncClient) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user)
    form = {"amount": "1000", "reason": "gift", "once": "a" * 16}
    entries = await LedgerEntry.filter(user_id=world.buyer.id).count()

    for _ in range(2):
        assert (await visit.act("users", world.buyer.id, "adjust", **form)).status_code == 200

    assert await LedgerEntry.filter(user_id=world.buyer.id).count() == entries + 1


@pytest.mark.parametrize(
    ("key", "name", "form", "told"),
    [
        ("users", "adjust", {"amount": "x", "reason": "y", "once": "k"}, "A value is not acceptable."),
        ("users", "adjust", {"amount": "5", "reason": "", "once": "k"}, "A value is not acceptable."),
        ("users", "role", {"role": "emperor"}, "A value is not acceptable."),
        ("orders", "status", {"status": "canceled"}, "A value is not acceptable."),
        ("orders", "partial", {"remains": "101"}, "A value is not acceptable."),
        ("tickets", "assign", {"assignee": "1x"}, "A value is not acceptable."),
        ("tickets", "answer", {"message": " "}, "A value is not acceptable."),
    ],
)
async def test_what_refuses_is_told_in_the_box(
    key: str, name: str, form: dict[str, str], told: str, shop: Shop, client: httpx.AsyncClient
) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user)
    before = await stored_rows()

    answer = await visit.act(key, record_of(world, VIEWS[key]), name, **form)

    assert (answer.status_code, answer.json()["msg"]) == (400, told)
    assert await stored_rows() == before


@pytest.mark.parametrize("pk", ["", "x", "0", "-1", "2000000000", "9" * 30])
@pytest.mark.parametrize("view", [OrderView, UserView])
async def test_a_record_that_is_not_there_is_told(
    view: type[StaffView], pk: str, shop: Shop, client: httpx.AsyncClient
) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user)
    name = "note" if view is OrderView else "sign_out"

    answer = await visit.post(f"/_api/{view.key}/row-action", {"note": "x"}, pk=pk, name=name)

    assert answer.status_code == 400
    assert await AuditEntry.all().count() == 0


async def test_prices_of_the_ticked_services_change(shop: Shop, client: httpx.AsyncClient) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user)
    form = {"percent": "10", "rounding": "1"}

    answer = await visit.post("/_api/services/action", form, name="reprice", pks=world.service.id)

    assert answer.status_code == 200, answer.text
    before, after = world.service.price, (await type(world.service).get(id=world.service.id)).price
    assert after == -(-before * 110 // 100)


async def test_an_answer_stands_in_the_ticket(shop: Shop, client: httpx.AsyncClient) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.staff[UserRole.SUPPORT].user)

    await visit.act("tickets", world.ticket.id, "answer", message="به زودی")

    [message] = await TicketMessage.filter(ticket_id=world.ticket.id)
    assert (message.message, message.user_id) == ("به زودی", world.staff[UserRole.SUPPORT].user.id)
    assert "به زودی" in (await visit.get("/tickets/detail", pk=world.ticket.id)).text


async def test_a_refund_stands_in_the_history_and_the_ledger(shop: Shop, client: httpx.AsyncClient) -> None:
    world = await create_world(shop)
    visit = await Visit.of(shop, client, world.owner.user)

    await visit.act("orders", world.order.id, "refund", note="late")

    assert (await Order.get(id=world.order.id)).status is OrderStatus.REFUNDED
    assert "late" in (await visit.get("/orders/detail", pk=world.order.id)).text
    assert "Refund" in (await visit.get("/ledger/list")).text
