"""Converts orders of the old panel. None is ever submitted: the old panel may have done so."""

from cli.legacy_import import value_mappings
from cli.legacy_import.cells import Row, Unreadable
from cli.legacy_import.references import References, SoldService
from domain import links, order_state_machine, text_cleaning
from domain.money import Toman
from domain.order_details import MAX_QUANTITY, TEXTS
from domain.order_status import OrderSource, OrderStatus, SubscriptionStatus
from domain.public_reasons import PublicReason
from domain.service_types import ServiceType

COLUMNS = (
    "id legacy_key source user_id category_id service_id service_type provider_id provider_service_id "
    f"provider_order_id link link_hash quantity {' '.join(TEXTS)} "
    "subscription_posts subscription_min subscription_max subscription_delay subscription_expiry "
    "subscription_response_orders subscription_response_posts subscription_status charge refunded "
    "status start_count remains is_drip_feed runs interval drip_feed_quantity note staff_note "
    "public_reason is_imported created_at updated_at"
).split()
_LISTS = ("usernames", "hashtags", "comments")


def convert_order(row: Row, references: References) -> tuple[object, ...]:
    """An order with the refund implied by its status; its charge is part of the opening balance."""
    number = references.claim_id(row)
    service_id, service = _read_service(row, references)
    charge, status = row.read_money("charge"), row.read_state("status", value_mappings.ORDER_STATUSES)
    quantity, remains = _read_quantity(row), row.read_integer("remains")
    link = row.read_text("link") or ""
    return (
        number,
        row.read_text("ids", max_length=32),
        _read_source(row),
        references.get_user(row),
        _read_category(row, references, service),
        service_id,
        _read_service_type(row, service),
        references.get_provider(row),
        row.read_text("api_service_id", max_length=64),
        _read_provider_order_id(row),
        link,
        links.hash_link(link),
        quantity,
        *(row.read_list(name) if name in _LISTS else row.read_text(name) for name in TEXTS),
        row.read_optional_integer("sub_posts", is_small=True),
        row.read_optional_integer("sub_min"),
        row.read_optional_integer("sub_max"),
        row.read_optional_integer("sub_delay", is_small=True),
        row.read_text("sub_expiry", max_length=32),
        row.read_text("sub_response_orders"),
        row.read_optional_integer("sub_response_posts", is_small=True),
        _read_subscription_status(row),
        charge,
        _compute_refunded(status, charge=charge, remains=remains, units=quantity),
        status,
        row.read_integer("start_counter"),
        remains,
        row.read_flag("is_drip_feed"),
        row.read_integer("runs", is_small=True),
        row.read_integer("interval", is_small=True),
        row.read_integer("dripfeed_quantity"),
        *_read_notes(row, status),
        True,
        *row.read_timestamps(references.started_at),
    )


def _read_service(row: Row, references: References) -> tuple[int, SoldService]:
    number = row.read_id("service_id")
    service = references.catalogue.services.get(number)
    if service is None:
        raise Unreadable(f"service_id: there is no service {number}")
    return number, service


def _read_category(row: Row, references: References, service: SoldService) -> int:
    number = row.read_integer("cate_id")
    if number in references.catalogue.categories:
        return number
    row.note(f"cate_id {number} is not there: the service's own was taken")
    return service.category_id


def _read_source(row: Row) -> OrderSource:
    return value_mappings.ORDER_SOURCES.get(
        text_cleaning.clean_name(row.read_raw("type") or "").lower(), OrderSource.UNKNOWN
    )


def _read_service_type(row: Row, service: SoldService) -> ServiceType:
    word = text_cleaning.clean_name(row.read_raw("service_type") or "").lower()
    if word and word not in value_mappings.SERVICE_TYPES:
        row.note(f"service_type {word[:40]!r} became {service.type}")
    return value_mappings.SERVICE_TYPES.get(word, service.type)


def _read_quantity(row: Row) -> int:
    quantity = row.read_integer("quantity", minimum=0)
    if not quantity:
        # The old panel counted a subscription's units only in separate columns.
        quantity = row.read_integer("sub_max", minimum=0) * row.read_integer("sub_posts", minimum=0)
    if not 0 < quantity <= MAX_QUANTITY:
        raise Unreadable(f"quantity is {quantity}")
    return quantity


def _read_subscription_status(row: Row) -> SubscriptionStatus | None:
    word = text_cleaning.clean_name(row.read_raw("sub_status") or "").lower()
    if word and word not in value_mappings.SUBSCRIPTION_STATUSES:
        row.note(f"sub_status {word[:40]!r} was left out")
    return value_mappings.SUBSCRIPTION_STATUSES.get(word)


def _read_provider_order_id(row: Row) -> str | None:
    number = row.read_integer("api_order_id")
    return str(number) if number > 0 else None


def _read_notes(row: Row, status: OrderStatus) -> tuple[str | None, str | None, PublicReason | None]:
    """The buyer's note, the staff note and the public reason.

    The old panel's worker stored the provider's response in `note`, so its content is for staff. An empty
    note carries no information and is shown to the app unchanged.
    """
    note = row.read_text("note")
    is_blank = note is None or not note.strip()
    reason = PublicReason.UNDER_REVIEW if status in (OrderStatus.ERROR, OrderStatus.AWAITING) else None
    return (note, None, reason) if is_blank else (None, note, reason)


def _compute_refunded(status: OrderStatus, *, charge: Toman, remains: int, units: int) -> Toman:
    return order_state_machine.compute_refund(
        status, charge=charge, refunded=Toman(0), remains=remains, units=units
    )
