"""Upstream providers, for staff."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.money import Toman
from domain.problems import InvalidInput
from models import Provider as ProviderRow
from resolvers.pagination import PageRequest
from resolvers.provider_sync import SyncReport
from resolvers.staff import providers
from resolvers.staff.providers import ProviderFilter, ProviderValues
from schema.admin.enums import AdminProviderOrderField, PauseReason
from schema.admin.fields import admin_mutation
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import Direction
from schema.fields import resolved_field
from schema.filters import IdIn, TextContains, parse_ids
from schema.node import parse_id, to_global_id


@strawberry.type(description="A panel that speaks the trade's API v2. Its key is never shown.")
class AdminProvider:
    """A provider as staff see it."""

    id: strawberry.ID = strawberry.field(description="Global id; opaque to clients.")
    number: int = strawberry.field(description="The number that people and the legacy API know it by.")
    name: str = strawberry.field(description="What staff call it.")
    url: str = strawberry.field(description="Its API.")
    balance: str | None = strawberry.field(description="What the shop has there, as the provider words it.")
    currency: str | None = strawberry.field(description="Of the balance and of its rates.")
    toman_per_unit: Toman = strawberry.field(description="Toman for one unit of its currency.")
    margin_percent: int = strawberry.field(description="Percent on top of what it takes.")
    rounding: Toman = strawberry.field(description="Prices are rounded up to a multiple of so many Toman.")
    concurrency: int = strawberry.field(description="Calls at once from one worker.")
    is_sandbox: bool = strawberry.field(description="Whether it is the stand-in of this installation.")
    is_active: bool = strawberry.field(description="Whether orders are sent to it.")
    paused_until: datetime | None = strawberry.field(
        description="Nothing is sent to it before; then its balance tells whether it is back."
    )
    pause_reason: PauseReason | None = strawberry.field(
        description="Why it was paused; null once it has taken an order again."
    )
    pause_note: str | None = strawberry.field(description="What it said when it was paused.")
    synced_at: datetime | None = strawberry.field(description="When its catalogue was last read.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")

    @classmethod
    def from_model(cls, row: ProviderRow) -> Self:
        return cls(
            id=to_global_id("AdminProvider", row.id),
            number=row.id,
            name=row.name,
            url=row.url,
            balance=row.balance,
            currency=row.currency,
            toman_per_unit=Toman(row.toman_per_unit),
            margin_percent=row.margin_percent,
            rounding=Toman(row.rounding),
            concurrency=row.concurrency,
            is_sandbox=row.is_sandbox,
            is_active=row.is_active,
            paused_until=row.paused_until,
            pause_reason=row.pause_reason,
            pause_note=row.pause_note,
            synced_at=row.synced_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


@strawberry.type(description="How many services became what.")
class AdminSyncCount:
    """One line of a sync's report."""

    outcome: str = strawberry.field(description="Such as `added`, `unchanged`, `repriced`, `vanished`.")
    count: int = strawberry.field(description="Services.")


@strawberry.type(description="What a sync did.")
class AdminSyncReport:
    """A sync's report."""

    counts: list[AdminSyncCount] = strawberry.field(description="Services by what became of them.")
    skipped: int = strawberry.field(description="Entries of the catalogue that could not be read.")

    @classmethod
    def from_model(cls, report: SyncReport) -> Self:
        counts = [AdminSyncCount(outcome=name, count=count) for name, count in report.counts.items()]
        return cls(counts=counts, skipped=report.skipped)


@strawberry.input(description="A provider; what is left out, or null, stays as it is, or gets its default.")
class AdminProviderInput:
    """Where a provider is and on which terms its services are sold."""

    name: str | None = strawberry.field(default=None, description="1 to 100 characters; a new one needs it.")
    url: str | None = strawberry.field(
        default=None, description="Such as https://panel.example/api/v2; a new one needs it."
    )
    api_key: str | None = strawberry.field(
        default=None, description="The shop's key there, at most 200 characters; a new one needs it."
    )
    toman_per_unit: Toman | None = strawberry.field(
        default=None, description="Toman for one unit of its currency, such as 90000; 1 by default."
    )
    margin_percent: int | None = strawberry.field(
        default=None, description="Percent on top of what it takes, 0 to 10000; 30 by default."
    )
    rounding: Toman | None = strawberry.field(
        default=None, description="Prices are rounded up to a multiple of so many Toman; 1 by default."
    )
    concurrency: int | None = strawberry.field(
        default=None, description="Calls at once from one worker, 1 to 100; 10 by default."
    )

    def to_values(self) -> ProviderValues:
        """The same, in the operation's terms."""
        return ProviderValues(
            name=self.name,
            url=self.url,
            api_key=self.api_key,
            toman_per_unit=self.toman_per_unit,
            margin_percent=self.margin_percent,
            rounding=self.rounding,
            concurrency=self.concurrency,
        )


@strawberry.input(description="Which providers; what is left out, or null, does not count.")
class AdminProviderWhere:
    """Criteria, all of which must hold."""

    id: IdIn | None = strawberry.field(default=None, description="One of these providers.")
    is_active: bool | None = strawberry.field(default=None, description="Switched on or off.")
    name: TextContains | None = strawberry.field(default=None, description="By a part of the name.")

    def to_filter(self) -> ProviderFilter:
        """The same, in the operation's terms; InvalidInput for an id of another type."""
        return ProviderFilter(
            ids=parse_ids(self.id, "AdminProvider", field="id"),
            is_active=self.is_active,
            name_contains=self.name.contains if self.name else None,
        )


@strawberry.input(description="How providers are sorted.")
class AdminProviderOrder:
    """A column and a direction."""

    field: AdminProviderOrderField = strawberry.field(description="The column.")
    direction: Direction = strawberry.field(
        default=Direction.DESC, description="Descending unless told otherwise."
    )


@strawberry.type
class AdminProviderQuery:
    """Reading providers."""

    @resolved_field(
        description="All providers, newest first by default. Needs `READ_PROVIDERS`. Errors: "
        "`FORBIDDEN`, `INVALID_INPUT`."
    )
    async def providers(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            AdminProviderWhere | None, strawberry.argument(description="Such as `{isActive: true}`.")
        ] = None,
        order_by: Annotated[
            AdminProviderOrder | None,
            strawberry.argument(description="Such as `{field: NAME, direction: ASC}`."),
        ] = None,
    ) -> Connection[AdminProvider]:
        order = order_by or AdminProviderOrder(field=AdminProviderOrderField.ID)
        page = await providers.get_providers_page(
            info.context.staff,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or AdminProviderWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, AdminProvider.from_model)


@strawberry.type
class AdminProviderMutation:
    """Keeping providers."""

    @admin_mutation(
        providers.add_provider,
        description="Add a provider, switched on; its services come with the first sync. Needs "
        "`CHANGE_PROVIDERS`.",
    )
    async def add_provider(
        self,
        info: Info,
        input: Annotated[AdminProviderInput, strawberry.argument(description="The provider.")],  # noqa: A002 - GraphQL's custom
    ) -> AdminProvider:
        return AdminProvider.from_model(
            await providers.add_provider(
                info.context.staff,
                values=input.to_values(),
                needs_https=info.context.shop.settings.is_production,
            )
        )

    @admin_mutation(
        providers.update_provider,
        InvalidInput,
        description="Change what is given; prices follow new terms with the next sync. Needs "
        "`CHANGE_PROVIDERS`.",
    )
    async def update_provider(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminProvider`.")],  # noqa: A002 - Relay's name
        input: Annotated[AdminProviderInput, strawberry.argument(description="The new values.")],  # noqa: A002 - GraphQL's custom
    ) -> AdminProvider:
        return AdminProvider.from_model(
            await providers.update_provider(
                info.context.staff,
                provider_id=parse_id(id, "AdminProvider", field="id"),
                values=input.to_values(),
                needs_https=info.context.shop.settings.is_production,
            )
        )

    @admin_mutation(
        providers.set_provider_active,
        InvalidInput,
        description="Switch a provider on, or off: then its orders wait. Needs `SWITCH_PROVIDERS`.",
    )
    async def set_provider_active(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminProvider`.")],  # noqa: A002 - Relay's name
        is_active: Annotated[bool, strawberry.argument(description="Whether orders are sent to it.")],
    ) -> AdminProvider:
        return AdminProvider.from_model(
            await providers.set_provider_active(
                info.context.staff, provider_id=parse_id(id, "AdminProvider", field="id"), is_active=is_active
            )
        )

    @admin_mutation(
        providers.sync_provider,
        InvalidInput,
        description="Bring the provider's services up to its catalogue now. Needs `SYNC_PROVIDERS`.",
    )
    async def sync_provider(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminProvider`.")],  # noqa: A002 - Relay's name
        adds_services: Annotated[
            bool, strawberry.argument(description="Put its new services on sale too.")
        ] = False,
    ) -> AdminSyncReport:
        return AdminSyncReport.from_model(
            await providers.sync_provider(
                info.context.shop,
                info.context.staff,
                provider_id=parse_id(id, "AdminProvider", field="id"),
                adds_services=adds_services,
            )
        )
