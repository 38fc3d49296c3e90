"""Records that the rows of a batch refer to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cli.legacy_import.cells import Row, Unreadable
from database import bulk
from domain import emails, mobiles
from domain.service_types import ServiceType
from models import Category, Provider
from resolvers import legacy_imports


@dataclass(frozen=True, kw_only=True)
class SoldService:
    """The part of an existing service that its orders need."""

    category_id: int
    type: ServiceType


@dataclass(kw_only=True)
class Catalogue:
    """Existing categories, services and providers: few enough to keep in memory."""

    categories: set[int]
    services: dict[int, SoldService]
    providers: set[int]


@dataclass(kw_only=True)
class References:
    """Existing records that a batch's rows refer to.

    `taken` are the batch's ids that exist already. Converting a row adds its id, e-mail and mobile, so that
    duplicates in the same batch are detected. `missing_providers` are to be created first.
    """

    started_at: datetime
    catalogue: Catalogue
    taken: set[int]
    users: set[int]
    tickets: set[int]
    emails: set[str]
    mobiles: set[str]
    missing_providers: set[int] = field(default_factory=set)

    def claim_id(self, row: Row) -> int:
        """The row's id, which must be unique. Raises Unreadable."""
        number = row.read_id()
        if number in self.taken:
            raise Unreadable(f"the id {number} is there already")
        return number

    def get_user(self, row: Row, column: str = "uid") -> int:
        """The user that the row refers to. Raises Unreadable."""
        return _resolve(self.users, row, column, "user")

    def get_ticket(self, row: Row) -> int:
        """The ticket that the row refers to. Raises Unreadable."""
        return _resolve(self.tickets, row, "ticket_id", "ticket")

    def get_category(self, row: Row) -> int:
        """The category that the row refers to. Raises Unreadable."""
        return _resolve(self.catalogue.categories, row, "cate_id", "category")

    def get_provider(self, row: Row) -> int | None:
        """The provider that the row refers to, created if necessary; None for staff (0, -1, NULL)."""
        number = row.read_integer("api_provider_id", is_small=True)
        if number < 1:
            return None
        if number not in self.catalogue.providers:
            self.missing_providers.add(number)
        return number


async def load_catalogue() -> Catalogue:
    return Catalogue(
        categories=await legacy_imports.list_ids(Category),
        services={
            number: SoldService(category_id=category_id, type=type_)
            for number, category_id, type_ in await legacy_imports.list_service_types()
        },
        providers=await legacy_imports.list_ids(Provider),
    )


async def load_references(
    rows: Sequence[Row], *, table: str, known: Catalogue, named: Mapping[str, str], started_at: datetime
) -> References:
    """Look up what `rows` of `table` refer to; `named` maps columns to the tables they refer to."""
    columns = {target: column for column, target in named.items()}
    has_people = table == "users"
    return References(
        started_at=started_at,
        catalogue=known,
        taken=await bulk.find_existing_ids(table, _collect_ids(rows, "id")),
        users=await bulk.find_existing_ids("users", _collect_ids(rows, columns.get("users"))),
        tickets=await bulk.find_existing_ids("tickets", _collect_ids(rows, columns.get("tickets"))),
        emails=await bulk.find_existing_texts("users", "email", _normalize_emails(rows))
        if has_people
        else set(),
        mobiles=await _load_verified_mobiles(rows) if has_people else set(),
    )


async def _load_verified_mobiles(rows: Sequence[Row]) -> set[str]:
    numbers = {mobiles.normalize(row.read_raw("mobile") or "") for row in rows} - {None}
    return await bulk.find_existing_texts("users", "mobile", filter(None, numbers), where="mobile_verified")


def _normalize_emails(rows: Sequence[Row]) -> Iterable[str]:
    return filter(None, {emails.normalize(row.read_raw("email") or "") for row in rows})


def _collect_ids(rows: Sequence[Row], column: str | None) -> set[int]:
    if column is None:
        return set()
    found = set()
    for row in rows:
        try:
            found.add(row.read_id(column))
        except Unreadable:
            # Reported when the row itself is read.
            continue
    return found


def _resolve(known: set[int], row: Row, column: str, noun: str) -> int:
    number = row.read_id(column)
    if number not in known:
        raise Unreadable(f"{column}: there is no {noun} {number}")
    return number
