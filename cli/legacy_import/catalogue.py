"""Converts categories, providers and services of the old panel."""

from datetime import datetime

from cli.legacy_import import value_mappings
from cli.legacy_import.cells import Row
from cli.legacy_import.references import References, SoldService
from domain import html_cleaning, text_cleaning
from domain.service_types import ServiceSource, ServiceType

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


def convert_category(row: Row, references: References) -> tuple[object, ...]:
    """A category; its creator is not imported."""
    number = references.claim_id(row)
    values = (
        number,
        row.read_line("name", max_length=200) or "",
        html_cleaning.clean(row.read_text("desc") or ""),
        row.read_text("image", max_length=500),
        row.read_integer("sort", is_small=True),
        row.read_flag("status", default=True),
        *row.read_timestamps(references.started_at),
    )
    references.catalogue.categories.add(number)
    return values


def convert_provider(row: Row, references: References) -> tuple[object, ...]:
    """A provider, inactive and without its key until staff enter a new one."""
    number = references.claim_id(row)
    name = row.read_line("name", max_length=100) or f"Provider {number}"
    values = _build_provider(
        number, name, row.read_text("url", max_length=500) or "", *row.read_timestamps(references.started_at)
    )
    references.catalogue.providers.add(number)
    return values


def build_unknown_provider(number: int, created_at: datetime) -> tuple[object, ...]:
    """A placeholder for a provider that services or orders refer to but no file contains."""
    return _build_provider(number, f"Provider {number}", "", created_at, created_at)


def _build_provider(
    number: int, name: str, url: str, created: datetime, changed: datetime
) -> tuple[object, ...]:
    return (number, name, url, "", 1, 30, 1, 10, False, False, created, changed)


def convert_service(row: Row, references: References) -> tuple[object, ...]:
    """A service; one of an unsupported type is kept off sale for its orders."""
    number = references.claim_id(row)
    category_id = references.get_category(row)
    kind, is_active = _read_type(row, is_active=row.read_flag("status", default=True))
    min_quantity = row.read_integer("min", minimum=0)
    max_quantity = row.read_integer("max", minimum=0)
    if max_quantity < min_quantity:
        row.note(f"max {max_quantity} became {min_quantity}, the min")
    values = (
        number,
        row.read_text("ids", max_length=32),
        _read_added_by(row, references),
        category_id,
        row.read_line("name", max_length=300) or "",
        html_cleaning.clean(row.read_text("desc") or ""),
        row.read_money("price", rounded_up=True),
        row.read_money("original_price", rounded_up=True) if row.read_raw("original_price") else None,
        min_quantity,
        max(min_quantity, max_quantity),
        value_mappings.SERVICE_SOURCES.get(
            text_cleaning.clean_name(row.read_raw("add_type") or "").lower(), ServiceSource.MANUAL
        ),
        kind,
        references.get_provider(row),
        row.read_text("api_service_id", max_length=64),
        row.read_flag("refill"),
        row.read_flag("cancel"),
        row.read_flag("dripfeed"),
        is_active,
        *row.read_timestamps(references.started_at),
    )
    references.catalogue.services[number] = SoldService(category_id=category_id, type=kind)
    return values


def _read_added_by(row: Row, references: References) -> int | None:
    number = row.read_optional_integer("uid", is_small=True)
    if number is None or number in references.users:
        return number
    row.note(f"uid: there is no user {number}")
    return None


def _read_type(row: Row, *, is_active: bool) -> tuple[ServiceType, bool]:
    word = text_cleaning.clean_name(row.read_raw("type") or "default").lower()
    if word in value_mappings.SERVICE_TYPES:
        return value_mappings.SERVICE_TYPES[word], is_active
    row.note(f"type {word[:40]!r} became default, off sale")
    return ServiceType.DEFAULT, False
