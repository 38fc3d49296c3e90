"""Categories, providers and services of the old panel."""

from datetime import datetime

from domain import descriptions, texts
from domain.service_types import ServiceSource, ServiceType
from legacy_import import states
from legacy_import.cells import Row
from legacy_import.references import References, SoldService

CATEGORY_COLUMNS = "id name description image position is_active created_at updated_at".split()
PROVIDER_COLUMNS = (
    "id name url api_key toman_per_unit margin_percent rounding concurrency is_sandbox is_active "
    "created_at updated_at"
).split()
SERVICE_COLUMNS = (
    "id legacy_key added_by_id category_id name description price original_price min_quantity max_quantity "
    "source type provider_id provider_service_id can_refill can_cancel drip_feed is_active created_at "
    "updated_at"
).split()


def category(row: Row, references: References) -> tuple[object, ...]:
    """A category; who added it is not kept."""
    number = references.take_id(row)
    values = (
        number,
        row.line("name", longest=200) or "",
        descriptions.clean(row.text("desc") or ""),
        row.text("image", longest=500),
        row.integer("sort", is_small=True),
        row.flag("status", default=True),
        *row.moments(references.begun_at),
    )
    references.catalogue.categories.add(number)
    return values


def provider(row: Row, references: References) -> tuple[object, ...]:
    """A provider, switched off and without its key until staff give it a new one."""
    number = references.take_id(row)
    name = row.line("name", longest=100) or f"Provider {number}"
    values = _provider(number, name, row.text("url", longest=500) or "", *row.moments(references.begun_at))
    references.catalogue.providers.add(number)
    return values


def unknown_provider(number: int, moment: datetime) -> tuple[object, ...]:
    """Stands for a provider that services or orders name and no file tells of."""
    return _provider(number, f"Provider {number}", "", moment, moment)


def _provider(number: int, name: str, url: str, created: datetime, changed: datetime) -> tuple[object, ...]:
    return (number, name, url, "", 1, 30, 1, 10, False, False, created, changed)


def service(row: Row, references: References) -> tuple[object, ...]:
    """A service; of a type that the shop does not have, it is kept for its orders, off sale."""
    number = references.take_id(row)
    category_id = references.category(row)
    kind, is_active = _type(row, is_active=row.flag("status", default=True))
    smallest = row.integer("min", least=0)
    largest = row.integer("max", least=0)
    if largest < smallest:
        row.note(f"max {largest} became {smallest}, the min")
    values = (
        number,
        row.text("ids", longest=32),
        _added_by(row, references),
        category_id,
        row.line("name", longest=300) or "",
        descriptions.clean(row.text("desc") or ""),
        row.money("price", rounded_up=True),
        row.money("original_price", rounded_up=True) if row.raw("original_price") else None,
        smallest,
        max(smallest, largest),
        states.SERVICE_SOURCES.get(texts.clean_name(row.raw("add_type") or "").lower(), ServiceSource.MANUAL),
        kind,
        references.provider(row),
        row.text("api_service_id", longest=64),
        row.flag("refill"),
        row.flag("cancel"),
        row.flag("dripfeed"),
        is_active,
        *row.moments(references.begun_at),
    )
    references.catalogue.services[number] = SoldService(category_id=category_id, type=kind)
    return values


def _added_by(row: Row, references: References) -> int | None:
    number = row.optional_integer("uid", is_small=True)
    if number is None or number in references.users:
        return number
    row.note(f"uid: there is no user {number}")
    return None


def _type(row: Row, *, is_active: bool) -> tuple[ServiceType, bool]:
    word = texts.clean_name(row.raw("type") or "default").lower()
    if word in states.SERVICE_TYPES:
        return states.SERVICE_TYPES[word], is_active
    row.note(f"type {word[:40]!r} became default, off sale")
    return ServiceType.DEFAULT, False
