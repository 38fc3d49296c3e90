"""Orders of the old panel. None is ever sent upstream: the old panel may have sent it."""

from domain import links, order_life, texts
from domain.money import Toman
from domain.order_status import OrderSource, OrderStatus, SubscriptionStatus
from domain.public_reasons import PublicReason
from domain.service_types import ServiceType
from legacy_import import states
from legacy_import.cells import Row, Unreadable
from legacy_import.references import References, SoldService

COLUMNS = (
    "id legacy_key source user_id category_id service_id service_type provider_id provider_service_id "
    "provider_order_id link link_hash quantity usernames username hashtags hashtag media comments "
    "subscription_posts subscription_min subscription_max subscription_delay subscription_expiry "
    "subscription_response_orders subscription_response_posts subscription_status charge refunded "
    "status start_count remains is_drip_feed runs interval drip_feed_quantity note staff_note "
    "public_reason is_imported created_at updated_at"
).split()


def order(row: Row, references: References) -> tuple[object, ...]:
    """An order with what it gave back by its status; its charge is part of the opening balance."""
    number = references.take_id(row)
    service_id, service = _service(row, references)
    charge, status = row.money("charge"), row.state("status", states.ORDER_STATUSES)
    quantity, remains = _quantity(row), row.integer("remains")
    link = row.text("link") or ""
    return (
        number,
        row.text("ids", longest=32),
        _source(row),
        references.user(row),
        _category(row, references, service),
        service_id,
        _service_type(row, service),
        references.provider(row),
        row.text("api_service_id", longest=64),
        _provider_order_id(row),
        link,
        links.hash_of(link),
        quantity,
        row.listed("usernames"),
        row.text("username"),
        row.listed("hashtags"),
        row.text("hashtag"),
        row.text("media"),
        row.listed("comments"),
        row.optional_integer("sub_posts", is_small=True),
        row.optional_integer("sub_min"),
        row.optional_integer("sub_max"),
        row.optional_integer("sub_delay", is_small=True),
        row.text("sub_expiry", longest=32),
        row.text("sub_response_orders"),
        row.optional_integer("sub_response_posts", is_small=True),
        _subscription_status(row),
        charge,
        _refunded(status, charge=charge, remains=remains, units=quantity),
        status,
        row.integer("start_counter"),
        remains,
        row.flag("is_drip_feed"),
        row.integer("runs", is_small=True),
        row.integer("interval", is_small=True),
        row.integer("dripfeed_quantity"),
        *_notes(row, status),
        True,
        *row.moments(references.begun_at),
    )


def _service(row: Row, references: References) -> tuple[int, SoldService]:
    number = row.id("service_id")
    service = references.catalogue.services.get(number)
    if service is None:
        raise Unreadable(f"service_id: there is no service {number}")
    return number, service


def _category(row: Row, references: References, service: SoldService) -> int:
    number = row.integer("cate_id")
    if number in references.catalogue.categories:
        return number
    row.note(f"cate_id {number} is not there: the service's own was taken")
    return service.category_id


def _source(row: Row) -> OrderSource:
    return states.ORDER_SOURCES.get(texts.clean_name(row.raw("type") or "").lower(), OrderSource.UNKNOWN)


def _service_type(row: Row, service: SoldService) -> ServiceType:
    word = texts.clean_name(row.raw("service_type") or "").lower()
    if word and word not in states.SERVICE_TYPES:
        row.note(f"service_type {word[:40]!r} became {service.type}")
    return states.SERVICE_TYPES.get(word, service.type)


def _quantity(row: Row) -> int:
    quantity = row.integer("quantity", least=0)
    if not quantity:
        # The old panel counted a subscription's units in its own columns alone.
        quantity = row.integer("sub_max", least=0) * row.integer("sub_posts", least=0)
    if not 0 < quantity < 2**53:
        raise Unreadable(f"quantity is {quantity}")
    return quantity


def _subscription_status(row: Row) -> SubscriptionStatus | None:
    word = texts.clean_name(row.raw("sub_status") or "").lower()
    if word and word not in states.SUBSCRIPTION_STATUSES:
        row.note(f"sub_status {word[:40]!r} was left out")
    return states.SUBSCRIPTION_STATUSES.get(word)


def _provider_order_id(row: Row) -> str | None:
    number = row.integer("api_order_id")
    return str(number) if number > 0 else None


def _notes(row: Row, status: OrderStatus) -> tuple[str | None, str | None, PublicReason | None]:
    """Buyers' note, staff's note and public reason.

    The old panel's worker wrote whatever the provider answered into `note`, so what is there is for staff.
    An empty note says nothing, and its app is answered it as before.
    """
    note = row.text("note")
    is_blank = note is None or not note.strip()
    reason = PublicReason.UNDER_REVIEW if status in (OrderStatus.ERROR, OrderStatus.AWAITING) else None
    return (note, None, reason) if is_blank else (None, note, reason)


def _refunded(status: OrderStatus, *, charge: Toman, remains: int, units: int) -> Toman:
    return order_life.refund_due(status, charge=charge, refunded=Toman(0), remains=remains, units=units)
