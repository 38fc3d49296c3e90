"""Every staff operation: its permission, a call that succeeds, and calls that are refused."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from domain.order_state_machine import Dispatch
from domain.order_status import OrderStatus
from domain.permissions import Permission
from domain.problems import (
    Forbidden,
    IdempotencyKeyReused,
    InsufficientBalance,
    InvalidInput,
    OrderNotFound,
    PaymentNotFound,
    Problem,
    TicketNotFound,
)
from domain.roles import UserRole
from domain.runtime_settings import RunningSetting
from domain.service_types import ServiceSource
from domain.staff_problems import (
    CategoryNotFound,
    OrderMayBeAtProvider,
    OrderNotChangeable,
    PaymentNotMismatched,
    ProviderCatalogueUnreadable,
    ProviderNotFound,
    ServiceNotFound,
    UserNotFound,
    WheelGiftNotFound,
)
from resolvers.orders import OrderOrderField
from resolvers.pagination import Direction, PageRequest
from resolvers.sessions import Session
from resolvers.staff import (
    audit_log,
    categories,
    dashboard,
    gifts,
    order_lists,
    orders,
    payments,
    providers,
    service_lists,
    services,
    settings,
    tickets,
    users,
)
from resolvers.staff.providers import ProviderValues
from resolvers.staff.service_lists import ServiceFilter
from resolvers.staff.services import ServiceValues
from tests.resolvers.staff.scenario import BALANCE, QUANTITY, Scenario, set_order_status

NOWHERE = 2_000_000_000
LONG = "x" * 20_001
KEY = "one key"
REASON = "asked by phone"
VALUES = ServiceValues(category_id=1, name="Likes", price=5, min_quantity=1, max_quantity=9)
PROVIDER_VALUES = ProviderValues(name="Panel 2", url="https://two.example/api/v2", api_key="canary-key")
Perform = Callable[[Scenario, Session], Awaitable[object]]


@dataclass(frozen=True)
class StaffOperationCase:
    """`perform` succeeds for users with `permission`; each of `refusals` ends in its problem."""

    operation: Callable[..., object]
    permission: Permission
    perform: Perform
    refusals: Mapping[type[Problem], Perform] = field(default_factory=dict)
    is_read: bool = False


def read_case(
    operation: Callable[..., Awaitable[object]],
    permission: Permission,
    where: object,
    order_by: object,
) -> StaffOperationCase:
    """A list."""

    def perform(page: PageRequest) -> Perform:
        return lambda _, staff: operation(
            staff, page=page, where=where, order_by=order_by, direction=Direction.ASC
        )

    refusals: dict[type[Problem], Perform] = {InvalidInput: perform(PageRequest(first=0))}
    return StaffOperationCase(operation, permission, perform(PageRequest()), refusals, is_read=True)


def service_values(scenario: Scenario, **changes: object) -> ServiceValues:
    values = {**VALUES.get_changes(), "category_id": scenario.category.id, **changes}
    return ServiceValues(**values)  # type: ignore[arg-type]  # of each field's own type


async def set_sending(scenario: Scenario) -> None:
    await set_order_status(scenario.order, OrderStatus.PENDING, Dispatch.SENDING)


def while_sending(perform: Perform) -> Perform:
    async def refused(scenario: Scenario, staff: Session) -> object:
        await set_sending(scenario)
        return await perform(scenario, staff)

    return refused


def order_refusals(
    operation: Callable[..., Awaitable[object]], **values: object
) -> dict[type[Problem], Perform]:
    """The refusals that all operations on orders have in common."""
    long_note = {**values, "note": "x" * 501}
    return {
        InvalidInput: lambda w, s: operation(s, order_id=w.order.id, **long_note),
        OrderNotFound: lambda _, s: operation(s, order_id=NOWHERE, **values),
        OrderNotChangeable: while_sending(lambda w, s: operation(s, order_id=w.order.id, **values)),
    }


async def settle_unheld_refill(scenario: Scenario, staff: Session) -> object:
    """Resent without confirmation."""
    await set_order_status(scenario.order, OrderStatus.AWAITING, Dispatch.UNKNOWN)
    return await orders.resend_order(staff, order_id=scenario.order.id)


async def key_used_twice(scenario: Scenario, staff: Session) -> object:
    await adjust(scenario, staff, 10)
    return await adjust(scenario, staff, 11)


async def adjust(scenario: Scenario, staff: Session, amount: int) -> object:
    return await users.adjust_balance(
        staff, user_id=scenario.buyer.id, amount=amount, reason=REASON, idempotency_key=KEY
    )


async def settled_twice(scenario: Scenario, staff: Session) -> object:
    await payments.settle_payment(staff, payment_id=scenario.payment.id, amount=5, reason=REASON)
    return await payments.reject_payment(staff, payment_id=scenario.payment.id, reason=REASON)


async def rejected_first(scenario: Scenario, staff: Session) -> object:
    await payments.reject_payment(staff, payment_id=scenario.payment.id, reason=REASON)
    return await payments.settle_payment(staff, payment_id=scenario.payment.id, amount=5, reason=REASON)


async def empty_catalogue(scenario: Scenario, staff: Session) -> object:
    return await providers.sync_provider(scenario.app, staff, provider_id=scenario.provider.id)


LISTS = [
    read_case(users.get_users_page, Permission.READ_USERS, users.UserFilter(), users.UserOrderField.ID),
    read_case(
        order_lists.get_orders_page, Permission.READ_ORDERS, order_lists.OrderFilter(), OrderOrderField.ID
    ),
    read_case(
        order_lists.get_ledger_page,
        Permission.READ_LEDGER,
        order_lists.LedgerFilter(),
        order_lists.LedgerOrderField.ID,
    ),
    read_case(
        service_lists.get_services_page,
        Permission.READ_CATALOGUE,
        ServiceFilter(),
        service_lists.ServiceOrderField.ID,
    ),
    read_case(
        categories.get_categories_page,
        Permission.READ_CATALOGUE,
        categories.CategoryFilter(),
        categories.CategoryOrderField.ID,
    ),
    read_case(
        providers.get_providers_page,
        Permission.READ_PROVIDERS,
        providers.ProviderFilter(),
        providers.ProviderOrderField.ID,
    ),
    read_case(
        tickets.get_tickets_page, Permission.READ_TICKETS, tickets.TicketFilter(), tickets.TicketOrderField.ID
    ),
    read_case(
        payments.get_payments_page,
        Permission.READ_PAYMENTS,
        payments.PaymentFilter(),
        payments.PaymentOrderField.ID,
    ),
    read_case(gifts.get_gifts_page, Permission.READ_GIFTS, gifts.GiftFilter(), gifts.GiftOrderField.ID),
    read_case(
        audit_log.get_audit_page,
        Permission.READ_AUDIT_LOG,
        audit_log.AuditFilter(),
        audit_log.AuditOrderField.ID,
    ),
    StaffOperationCase(
        settings.list_settings,
        Permission.READ_SETTINGS,
        lambda w, s: settings.list_settings(w.app, s),
        is_read=True,
    ),
    StaffOperationCase(
        dashboard.get_shop_figures,
        Permission.READ_FIGURES,
        lambda _, s: dashboard.get_shop_figures(s),
        {InvalidInput: lambda _, s: dashboard.get_shop_figures(s, days=367)},
        is_read=True,
    ),
]

CATALOGUE = [
    StaffOperationCase(
        categories.create_category,
        Permission.CHANGE_CATALOGUE,
        lambda _, s: categories.create_category(s, name="Likes"),
        {InvalidInput: lambda _, s: categories.create_category(s, name=" ")},
    ),
    StaffOperationCase(
        categories.update_category,
        Permission.CHANGE_CATALOGUE,
        lambda w, s: categories.update_category(s, category_id=w.category.id, name="New", image="/a.png"),
        {
            InvalidInput: lambda w, s: categories.update_category(
                s, category_id=w.category.id, name="x", position=2**31
            ),
            CategoryNotFound: lambda _, s: categories.update_category(s, category_id=NOWHERE),
        },
    ),
    StaffOperationCase(
        categories.set_category_active,
        Permission.CHANGE_CATALOGUE,
        lambda w, s: categories.set_category_active(s, category_id=w.category.id, is_active=False),
        {
            CategoryNotFound: lambda _, s: categories.set_category_active(
                s, category_id=NOWHERE, is_active=True
            )
        },
    ),
    StaffOperationCase(
        services.create_service,
        Permission.CHANGE_CATALOGUE,
        lambda w, s: services.create_service(s, values=service_values(w)),
        {
            InvalidInput: lambda w, s: services.create_service(
                s, values=service_values(w, source=ServiceSource.API)
            ),
            CategoryNotFound: lambda w, s: services.create_service(
                s, values=service_values(w, category_id=NOWHERE)
            ),
            ProviderNotFound: lambda w, s: services.create_service(
                s, values=service_values(w, provider_id=NOWHERE)
            ),
        },
    ),
    StaffOperationCase(
        services.update_service,
        Permission.CHANGE_CATALOGUE,
        lambda w, s: services.update_service(
            s, service_id=w.service.id, values=ServiceValues(price=7, provider_service_id="78")
        ),
        {
            InvalidInput: lambda w, s: services.update_service(
                s, service_id=w.service.id, values=ServiceValues(min_quantity=1_001)
            ),
            ServiceNotFound: lambda _, s: services.update_service(
                s, service_id=NOWHERE, values=ServiceValues()
            ),
            CategoryNotFound: lambda w, s: services.update_service(
                s, service_id=w.service.id, values=ServiceValues(category_id=NOWHERE)
            ),
            ProviderNotFound: lambda w, s: services.update_service(
                s, service_id=w.service.id, values=ServiceValues(provider_id=NOWHERE)
            ),
        },
    ),
    StaffOperationCase(
        services.set_service_active,
        Permission.CHANGE_CATALOGUE,
        lambda w, s: services.set_service_active(s, service_id=w.service.id, is_active=False),
        {ServiceNotFound: lambda _, s: services.set_service_active(s, service_id=NOWHERE, is_active=True)},
    ),
    StaffOperationCase(
        service_lists.reprice_services,
        Permission.REPRICE_SERVICES,
        lambda _, s: service_lists.reprice_services(s, percent=10, rounding=1, where=ServiceFilter()),
        {
            InvalidInput: lambda _, s: service_lists.reprice_services(
                s, percent=1_000, rounding=2**53, where=ServiceFilter()
            )
        },
    ),
    StaffOperationCase(
        gifts.create_gift,
        Permission.CHANGE_GIFTS,
        lambda w, s: gifts.create_gift(s, service_id=w.service.id, min_quantity=1, max_quantity=2),
        {
            InvalidInput: lambda w, s: gifts.create_gift(
                s, service_id=w.service.id, min_quantity=3, max_quantity=2
            ),
            ServiceNotFound: lambda _, s: gifts.create_gift(
                s, service_id=NOWHERE, min_quantity=1, max_quantity=2
            ),
        },
    ),
    StaffOperationCase(
        gifts.update_gift,
        Permission.CHANGE_GIFTS,
        lambda w, s: gifts.update_gift(s, gift_id=w.gift.id, is_active=False),
        {
            InvalidInput: lambda w, s: gifts.update_gift(s, gift_id=w.gift.id, max_quantity=1),
            WheelGiftNotFound: lambda _, s: gifts.update_gift(s, gift_id=NOWHERE),
        },
    ),
]

UPSTREAM = [
    StaffOperationCase(
        providers.add_provider,
        Permission.CHANGE_PROVIDERS,
        lambda _, s: providers.add_provider(s, values=PROVIDER_VALUES),
        {InvalidInput: lambda _, s: providers.add_provider(s, values=ProviderValues(name="Panel"))},
    ),
    StaffOperationCase(
        providers.update_provider,
        Permission.CHANGE_PROVIDERS,
        lambda w, s: providers.update_provider(s, provider_id=w.provider.id, values=PROVIDER_VALUES),
        {
            InvalidInput: lambda w, s: providers.update_provider(
                s, provider_id=w.provider.id, values=ProviderValues(url="file:///etc/passwd")
            ),
            ProviderNotFound: lambda _, s: providers.update_provider(
                s, provider_id=NOWHERE, values=PROVIDER_VALUES
            ),
        },
    ),
    StaffOperationCase(
        providers.set_provider_active,
        Permission.SWITCH_PROVIDERS,
        lambda w, s: providers.set_provider_active(s, provider_id=w.provider.id, is_active=False),
        {
            ProviderNotFound: lambda _, s: providers.set_provider_active(
                s, provider_id=NOWHERE, is_active=False
            )
        },
    ),
    StaffOperationCase(
        settings.update_settings,
        Permission.CHANGE_SETTINGS,
        lambda w, s: settings.update_settings(
            w.app, s, values={RunningSetting.REFUSE_DUPLICATE_ORDERS: True}
        ),
        {
            InvalidInput: lambda w, s: settings.update_settings(
                w.app, s, values={RunningSetting.FREE_CREDIT_MIN: 101}
            )
        },
    ),
    StaffOperationCase(
        settings.reset_settings,
        Permission.CHANGE_SETTINGS,
        lambda w, s: settings.reset_settings(w.app, s, names=[RunningSetting.PAYMENT_MIN]),
        {InvalidInput: lambda w, s: settings.reset_settings(w.app, s, names=[])},
    ),
]

PEOPLE = [
    StaffOperationCase(
        users.set_custom_rate,
        Permission.DISCOUNT_USERS,
        lambda w, s: users.set_custom_rate(s, user_id=w.buyer.id, percent=100),
        {
            InvalidInput: lambda w, s: users.set_custom_rate(s, user_id=w.buyer.id, percent=101),
            UserNotFound: lambda _, s: users.set_custom_rate(s, user_id=NOWHERE, percent=5),
        },
    ),
    StaffOperationCase(
        users.set_user_active,
        Permission.BLOCK_USERS,
        lambda w, s: users.set_user_active(s, user_id=w.buyer.id, is_active=False, reason=REASON),
        {
            InvalidInput: lambda w, s: users.set_user_active(
                s, user_id=w.buyer.id, is_active=False, reason=" "
            ),
            UserNotFound: lambda _, s: users.set_user_active(
                s, user_id=NOWHERE, is_active=False, reason=REASON
            ),
        },
    ),
    StaffOperationCase(
        users.sign_out_user,
        Permission.SIGN_OUT_USERS,
        lambda w, s: users.sign_out_user(s, user_id=w.buyer.id),
        {UserNotFound: lambda _, s: users.sign_out_user(s, user_id=0)},
    ),
    StaffOperationCase(
        users.set_user_role,
        Permission.CHANGE_ROLES,
        lambda w, s: users.set_user_role(s, user_id=w.buyer.id, role=UserRole.SUPPORT),
        {UserNotFound: lambda _, s: users.set_user_role(s, user_id=2**31, role=UserRole.USER)},
    ),
    StaffOperationCase(
        users.adjust_balance,
        Permission.ADJUST_BALANCES,
        lambda w, s: adjust(w, s, -1_000),
        {
            InvalidInput: lambda w, s: adjust(w, s, 0),
            UserNotFound: lambda _, s: users.adjust_balance(
                s, user_id=NOWHERE, amount=1, reason=REASON, idempotency_key=KEY
            ),
            InsufficientBalance: lambda w, s: adjust(w, s, -BALANCE - 1),
            IdempotencyKeyReused: key_used_twice,
        },
    ),
    StaffOperationCase(
        tickets.answer_ticket,
        Permission.ANSWER_TICKETS,
        lambda w, s: tickets.answer_ticket(s, ticket_id=w.ticket.id, message="Soon"),
        {
            InvalidInput: lambda w, s: tickets.answer_ticket(s, ticket_id=w.ticket.id, message=LONG),
            TicketNotFound: lambda _, s: tickets.answer_ticket(s, ticket_id=NOWHERE, message="Soon"),
        },
    ),
    StaffOperationCase(
        tickets.close_ticket,
        Permission.ANSWER_TICKETS,
        lambda w, s: tickets.close_ticket(s, ticket_id=w.ticket.id),
        {TicketNotFound: lambda _, s: tickets.close_ticket(s, ticket_id=NOWHERE)},
    ),
    StaffOperationCase(
        tickets.assign_ticket,
        Permission.ASSIGN_TICKETS,
        lambda w, s: tickets.assign_ticket(s, ticket_id=w.ticket.id, assignee_id=w.owner.user.id),
        {
            InvalidInput: lambda w, s: tickets.assign_ticket(
                s, ticket_id=w.ticket.id, assignee_id=w.buyer.id
            ),
            TicketNotFound: lambda _, s: tickets.assign_ticket(s, ticket_id=NOWHERE, assignee_id=None),
        },
    ),
]

ORDERS = [
    StaffOperationCase(
        orders.set_order_status,
        Permission.CHANGE_ORDERS,
        lambda w, s: orders.set_order_status(s, order_id=w.order.id, status=OrderStatus.COMPLETED),
        order_refusals(orders.set_order_status, status=OrderStatus.COMPLETED),
    ),
    StaffOperationCase(
        orders.resend_order,
        Permission.RESEND_ORDERS,
        lambda w, s: orders.resend_order(s, order_id=w.order.id),
        {
            OrderNotFound: lambda _, s: orders.resend_order(s, order_id=NOWHERE),
            OrderNotChangeable: while_sending(lambda w, s: orders.resend_order(s, order_id=w.order.id)),
            OrderMayBeAtProvider: settle_unheld_refill,
        },
    ),
    StaffOperationCase(
        orders.set_order_partial,
        Permission.REFUND_ORDERS,
        lambda w, s: orders.set_order_partial(s, order_id=w.order.id, remains=QUANTITY // 2),
        order_refusals(orders.set_order_partial, remains=1),
    ),
    StaffOperationCase(
        orders.cancel_order,
        Permission.REFUND_ORDERS,
        lambda w, s: orders.cancel_order(s, order_id=w.order.id),
        order_refusals(orders.cancel_order),
    ),
    StaffOperationCase(
        orders.refund_order,
        Permission.REFUND_ORDERS,
        lambda w, s: orders.refund_order(s, order_id=w.order.id, note=REASON),
        order_refusals(orders.refund_order),
    ),
    StaffOperationCase(
        orders.note_order,
        Permission.NOTE_ORDERS,
        lambda w, s: orders.note_order(s, order_id=w.order.id, note="delayed"),
        {
            InvalidInput: lambda w, s: orders.note_order(s, order_id=w.order.id, note=""),
            OrderNotFound: lambda _, s: orders.note_order(s, order_id=NOWHERE, note="delayed"),
        },
    ),
    StaffOperationCase(
        payments.settle_payment,
        Permission.SETTLE_PAYMENTS,
        lambda w, s: payments.settle_payment(s, payment_id=w.payment.id, amount=20_000, reason=REASON),
        {
            InvalidInput: lambda w, s: payments.settle_payment(
                s, payment_id=w.payment.id, amount=0, reason=REASON
            ),
            PaymentNotFound: lambda _, s: payments.settle_payment(
                s, payment_id=NOWHERE, amount=1, reason=REASON
            ),
            PaymentNotMismatched: rejected_first,
        },
    ),
    StaffOperationCase(
        payments.reject_payment,
        Permission.SETTLE_PAYMENTS,
        lambda w, s: payments.reject_payment(s, payment_id=w.payment.id, reason=REASON),
        {
            InvalidInput: lambda w, s: payments.reject_payment(s, payment_id=w.payment.id, reason=""),
            PaymentNotFound: lambda _, s: payments.reject_payment(s, payment_id=NOWHERE, reason=REASON),
            PaymentNotMismatched: settled_twice,
        },
    ),
]

SYNC = StaffOperationCase(
    providers.sync_provider,
    Permission.SYNC_PROVIDERS,
    empty_catalogue,
    {
        ProviderNotFound: lambda w, s: providers.sync_provider(w.app, s, provider_id=NOWHERE),
        ProviderCatalogueUnreadable: empty_catalogue,
    },
)
"""Succeeds where the panel has a catalogue."""

STAFF_OPERATIONS = [*LISTS, *CATALOGUE, *UPSTREAM, *PEOPLE, *ORDERS, SYNC]
ALWAYS_TRIED = Forbidden
"""Each operation's by the roles that lack its permission."""
