"""Buttons of the staff pages: each runs its operation once, checks permissions and reports refusals."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import httpx
import pytest

from admin.actions import get_rules
from admin.views.base import StaffView
from admin.views.orders import OrderView
from admin.views.users import UserView
from domain.order_status import OrderStatus
from domain.permissions import StaffAct, has_permission
from domain.roles import UserRole
from models import AuditEntry, LedgerEntry, Order, TicketMessage, User
from resolvers.app_context import AppContext
from resolvers.ledger_audit import audit_ledger
from tests.admin.http_client import StaffClient
from tests.admin.test_lists import LISTS, get_record
from tests.database_state import read_stored_rows
from tests.fake_providers import FakeProviders
from tests.resolvers.provider_factories import CATALOGUE_ROW
from tests.resolvers.staff.scenario import Scenario, create_scenario


@dataclass(frozen=True)
class ButtonCase:
    """A button with its dialog's input, and the action expected in the audit log.

    `record` is the key of the record unless it is the default one of the view; `before` prepares it.
    """

    key: str
    name: str
    button: StaffAct
    form: Mapping[str, str] = field(default_factory=dict)
    more: Callable[[Scenario], Mapping[str, str]] = lambda _: {}
    record: Callable[[Scenario], int] | None = None
    before: Callable[[Scenario], Awaitable[object]] | None = None


BUTTON_CASES = [
    ButtonCase("categories", "hide", StaffAct.SET_CATEGORY_ACTIVE),
    ButtonCase("services", "hide", StaffAct.SET_SERVICE_ACTIVE),
    ButtonCase("providers", "sync", StaffAct.SYNC_PROVIDER, {"adds": "on"}),
    ButtonCase("providers", "switch_off", StaffAct.SET_PROVIDER_ACTIVE),
    ButtonCase(
        "users", "adjust", StaffAct.ADJUST_BALANCE, {"amount": "-۵۰۰", "reason": "x", "once": "k" * 16}
    ),
    ButtonCase("users", "discount", StaffAct.SET_CUSTOM_RATE, {"percent": "15"}),
    ButtonCase("users", "block", StaffAct.SET_USER_ACTIVE, {"reason": "spam"}),
    ButtonCase("users", "sign_out", StaffAct.SIGN_OUT_USER),
    ButtonCase(
        "users",
        "revoke_key",
        StaffAct.REVOKE_USER_API_KEY,
        before=lambda scenario: User.filter(id=scenario.buyer.id).update(api_key_hash="0" * 64),
    ),
    ButtonCase("users", "reset_totp", StaffAct.RESET_TOTP, record=lambda scenario: scenario.manager.user.id),
    ButtonCase("users", "role", StaffAct.SET_USER_ROLE, {"role": "support"}),
    ButtonCase("orders", "status", StaffAct.SET_ORDER_STATUS, {"status": "completed", "note": "by hand"}),
    ButtonCase("orders", "resend", StaffAct.RESEND_ORDER, {"looked": ""}),
    ButtonCase("orders", "partial", StaffAct.SET_ORDER_PARTIAL, {"remains": "40", "note": ""}),
    ButtonCase("orders", "cancel", StaffAct.CANCEL_ORDER, {"note": ""}),
    ButtonCase("orders", "refund", StaffAct.REFUND_ORDER, {"note": "sorry"}),
    ButtonCase("orders", "note", StaffAct.NOTE_ORDER, {"note": "looking into it"}),
    ButtonCase("refills", "settle", StaffAct.SETTLE_REFILL, {"status": "completed", "note": "done"}),
    ButtonCase("refills", "resume", StaffAct.RESUME_REFILL),
    ButtonCase("tickets", "answer", StaffAct.ANSWER_TICKET, {"message": "سلام\nحل شد"}),
    ButtonCase("tickets", "close", StaffAct.CLOSE_TICKET),
    ButtonCase(
        "tickets",
        "assign",
        StaffAct.ASSIGN_TICKET,
        more=lambda scenario: {"assignee": str(scenario.staff[UserRole.SUPPORT].user.id)},
    ),
    ButtonCase("gifts", "range", StaffAct.UPDATE_GIFT, {"min": "3", "max": "4"}),
    ButtonCase("gifts", "take_off", StaffAct.UPDATE_GIFT),
    ButtonCase("payments", "settle", StaffAct.SETTLE_PAYMENT, {"amount": "900", "reason": "paid less"}),
    ButtonCase("payments", "reject", StaffAct.REJECT_PAYMENT, {"reason": "paid back"}),
]
REVERSE_ACTIONS = {"show", "switch_on", "unblock", "put_on"}
VIEWS = {str(view.key): view for view in LISTS}


def list_actions(view: type[StaffView], app: AppContext) -> dict[str, Callable[..., object]]:
    handlers = view(app)._row_actions_handlers
    return {name: handler for name, handler in handlers.items() if name not in ("view", "edit", "delete")}


async def test_every_button_is_pressed_here(app: AppContext) -> None:
    there = {(key, name) for key, view in VIEWS.items() for name in list_actions(view, app)}

    assert {(press.key, press.name) for press in BUTTON_CASES} == {
        (key, name) for key, name in there if name not in REVERSE_ACTIONS
    }


@pytest.mark.parametrize("press", BUTTON_CASES, ids=lambda press: f"{press.key}-{press.name}")
async def test_a_button_runs_its_operation_for_permitted_roles(
    press: ButtonCase, app: AppContext, client: httpx.AsyncClient, fake_providers: FakeProviders
) -> None:
    fake_providers.catalogue = (CATALOGUE_ROW,)
    scenario = await create_scenario(app)
    view = VIEWS[press.key]
    needs = get_rules(list_actions(view, app)[press.name]).permission
    pk = get_record(scenario, view) if press.record is None else press.record(scenario)
    form = {**press.form, **press.more(scenario)}
    if press.before:
        await press.before(scenario)
    before = await read_stored_rows()
    for role, staff in scenario.staff.items():
        if not has_permission(role, needs):
            staff_client = await StaffClient.create(app, client, staff.user)
            assert (await staff_client.run_action(press.key, pk, press.name, **form)).status_code in (
                303,
                400,
            ), role
    assert await read_stored_rows() == before

    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    answer = await staff_client.run_action(press.key, pk, press.name, **form)

    assert answer.status_code == 200, answer.text
    [entry] = await AuditEntry.all()
    assert (entry.action, entry.subject_id, entry.actor_id) == (press.button, pk, scenario.owner.user.id)
    assert await audit_ledger() == []


@pytest.mark.parametrize(
    ("off", "on"), [("hide", "show"), ("switch_off", "switch_on"), ("take_off", "put_on")]
)
async def test_disabled_records_can_be_enabled_again(
    off: str, on: str, app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    for key in ("categories", "services", "providers", "gifts"):
        pk = get_record(scenario, VIEWS[key])
        if off not in list_actions(VIEWS[key], app):
            continue
        assert (await staff_client.run_action(key, pk, on)).status_code == 400, key
        assert (await staff_client.run_action(key, pk, off)).status_code == 200, key
        assert (await staff_client.run_action(key, pk, on)).status_code == 200, key
        assert (await VIEWS[key].of.get(id=pk)).is_active  # type: ignore[attr-defined] # each has it


async def test_a_blocked_user_is_let_in_again(app: AppContext, client: httpx.AsyncClient) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    await User.filter(id=scenario.buyer.id).update(is_active=False)

    assert (
        await staff_client.run_action("users", scenario.buyer.id, "unblock", reason="sorry")
    ).status_code == 200

    assert (await User.get(id=scenario.buyer.id)).is_active


async def test_a_dialog_submitted_twice_moves_money_once(app: AppContext, client: httpx.AsyncClient) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    form = {"amount": "1000", "reason": "gift", "once": "a" * 16}
    entries = await LedgerEntry.filter(user_id=scenario.buyer.id).count()

    for _ in range(2):
        assert (
            await staff_client.run_action("users", scenario.buyer.id, "adjust", **form)
        ).status_code == 200

    assert await LedgerEntry.filter(user_id=scenario.buyer.id).count() == entries + 1


@pytest.mark.parametrize(
    ("key", "name", "form", "reported"),
    [
        ("users", "adjust", {"amount": "x", "reason": "y", "once": "k"}, "A value is not valid."),
        ("users", "adjust", {"amount": "5", "reason": "", "once": "k"}, "A value is not valid."),
        ("users", "role", {"role": "emperor"}, "A value is not valid."),
        ("orders", "status", {"status": "canceled"}, "A value is not valid."),
        ("orders", "partial", {"remains": "101"}, "A value is not valid."),
        ("tickets", "assign", {"assignee": "1x"}, "A value is not valid."),
        ("tickets", "answer", {"message": " "}, "A value is not valid."),
    ],
)
async def test_a_problem_is_shown_in_the_dialog(
    key: str, name: str, form: dict[str, str], reported: str, app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    before = await read_stored_rows()

    answer = await staff_client.run_action(key, get_record(scenario, VIEWS[key]), name, **form)

    assert (answer.status_code, answer.json()["msg"]) == (400, reported)
    assert await read_stored_rows() == before


@pytest.mark.parametrize("pk", ["", "x", "0", "-1", "2000000000", "9" * 30])
@pytest.mark.parametrize("view", [OrderView, UserView])
async def test_a_missing_record_is_reported(
    view: type[StaffView], pk: str, app: AppContext, client: httpx.AsyncClient
) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    name = "note" if view is OrderView else "sign_out"

    answer = await staff_client.post(f"/_api/{view.key}/row-action", {"note": "x"}, pk=pk, name=name)

    assert answer.status_code == 400
    assert await AuditEntry.all().count() == 0


async def test_prices_of_the_ticked_services_change(app: AppContext, client: httpx.AsyncClient) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)
    form = {"percent": "10", "rounding": "1"}

    answer = await staff_client.post("/_api/services/action", form, name="reprice", pks=scenario.service.id)

    assert answer.status_code == 200, answer.text
    before, after = scenario.service.price, (await type(scenario.service).get(id=scenario.service.id)).price
    assert after == -(-before * 110 // 100)


async def test_a_reply_is_added_to_the_ticket(app: AppContext, client: httpx.AsyncClient) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.staff[UserRole.SUPPORT].user)

    await staff_client.run_action("tickets", scenario.ticket.id, "answer", message="به زودی")

    [message] = await TicketMessage.filter(ticket_id=scenario.ticket.id)
    assert (message.message, message.user_id) == ("به زودی", scenario.staff[UserRole.SUPPORT].user.id)
    assert "به زودی" in (await staff_client.get("/tickets/detail", pk=scenario.ticket.id)).text


async def test_a_refund_is_in_the_history_and_the_ledger(app: AppContext, client: httpx.AsyncClient) -> None:
    scenario = await create_scenario(app)
    staff_client = await StaffClient.create(app, client, scenario.owner.user)

    await staff_client.run_action("orders", scenario.order.id, "refund", note="late")

    assert (await Order.get(id=scenario.order.id)).status is OrderStatus.REFUNDED
    assert "late" in (await staff_client.get("/orders/detail", pk=scenario.order.id)).text
    assert "Refund" in (await staff_client.get("/ledger/list")).text
