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
from schema.admin.record import AdminRecord
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.fields import column
from schema.filters import IdIn, Sorting, TextContains, Where, ids_of
from schema.node import parse_id


@strawberry.type(description="An upstream panel with the common SMM panel API v2. Its key is never shown.")
class AdminProvider(AdminRecord[ProviderRow]):
    """A provider as staff see it."""

    name: str = column("name", description="Its name, for staff.")
    url: str = column("url", description="The URL of its API.")
    balance: str | None = column(
        "balance", description="The shop's balance there, as reported by the provider."
    )
    currency: str | None = column("currency", description="The currency of its balance and rates.")
    toman_per_unit: Toman = column(
        "toman_per_unit", description="The price of one unit of its currency, in Toman."
    )
    margin_percent: int = column("margin_percent", description="The margin added to its rates, in percent.")
    rounding: Toman = column(
        "rounding", description="Prices are rounded up to a multiple of this many Toman."
    )
    concurrency: int = column("concurrency", description="The maximum number of concurrent calls per worker.")
    is_sandbox: bool = column("is_sandbox", description="Whether it is this installation's built-in sandbox.")
    is_active: bool = column("is_active", description="Whether orders are sent to it.")
    paused_until: datetime | None = column(
        "paused_until",
        description="No orders are sent before this time; a balance request then checks whether it has "
        "recovered.",
    )
    pause_reason: PauseReason | None = column(
        "pause_reason", description="Why it was paused; null once it has accepted an order again."
    )
    pause_note: str | None = column("pause_note", description="The provider's message when it was paused.")
    synced_at: datetime | None = column("synced_at", description="When its catalogue was last read.")
    created_at: datetime = column("created_at", description="When it was created.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")


@strawberry.type(description="The number of services with one outcome of a sync.")
class AdminSyncCount:
    """One line of a sync's report."""

    outcome: str = strawberry.field(
        description="The outcome, such as `added`, `unchanged`, `repriced` or `vanished`."
    )
    count: int = strawberry.field(description="The number of services.")


@strawberry.type(description="The result of a sync.")
class AdminSyncReport:
    """A sync's report."""

    counts: list[AdminSyncCount] = strawberry.field(description="The number of services by outcome.")
    skipped: int = strawberry.field(description="The number of catalogue entries that could not be read.")

    @classmethod
    def from_model(cls, report: SyncReport) -> Self:
        counts = [AdminSyncCount(outcome=name, count=count) for name, count in report.counts.items()]
        return cls(counts=counts, skipped=report.skipped)


@strawberry.input(
    description="A provider. Omitted or null values stay unchanged, or get their default for a new provider."
)
class AdminProviderInput:
    """Where a provider is and on which terms its services are sold."""

    name: str | None = strawberry.field(
        default=None, description="1 to 100 characters; required for a new provider."
    )
    url: str | None = strawberry.field(
        default=None, description="For example, https://panel.example/api/v2; required for a new provider."
    )
    api_key: str | None = strawberry.field(
        default=None, description="The shop's API key, at most 200 characters; required for a new provider."
    )
    toman_per_unit: Toman | None = strawberry.field(
        default=None,
        description="The price of one unit of its currency in Toman, such as 90000; 1 by default.",
    )
    margin_percent: int | None = strawberry.field(
        default=None, description="The margin added to its rates, in percent, 0 to 10000; 30 by default."
    )
    rounding: Toman | None = strawberry.field(
        default=None, description="Prices are rounded up to a multiple of this many Toman; 1 by default."
    )
    concurrency: int | None = strawberry.field(
        default=None,
        description="The maximum number of concurrent calls per worker, 1 to 100; 10 by default.",
    )

    def to_values(self) -> ProviderValues:
        """The operation's input."""
        return ProviderValues(
            name=self.name,
            url=self.url,
            api_key=self.api_key,
            toman_per_unit=self.toman_per_unit,
            margin_percent=self.margin_percent,
            rounding=self.rounding,
            concurrency=self.concurrency,
        )


@strawberry.input(description="Filter for providers. Omitted or null criteria are ignored.")
class AdminProviderWhere(Where[ProviderFilter]):
    id: IdIn | None = strawberry.field(
        default=None, description="Filter by provider.", metadata=ids_of("AdminProvider")
    )
    is_active: bool | None = strawberry.field(default=None, description="Filter by whether it is enabled.")
    name: TextContains | None = strawberry.field(default=None, description="Filter by part of the name.")


@strawberry.input(description="Sort order for providers.")
class AdminProviderOrder(Sorting[AdminProviderOrderField]):
    pass


@strawberry.type
class AdminProviderQuery:
    @strawberry.field(
        description="All providers, newest first by default. Requires `READ_PROVIDERS`. Errors: `FORBIDDEN`, "
        "`INVALID_INPUT`."
    )
    async def providers(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            AdminProviderWhere | None, strawberry.argument(description="For example, `{isActive: true}`.")
        ] = None,
        order_by: Annotated[
            AdminProviderOrder | None,
            strawberry.argument(description="For example, `{field: NAME, direction: ASC}`."),
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
    @admin_mutation(
        providers.add_provider,
        description="Add a provider and enable it. Its services are added by the first sync. Requires "
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
                needs_https=info.context.app.settings.is_production,
            )
        )

    @admin_mutation(
        providers.update_provider,
        InvalidInput,
        description="Update a provider. Prices follow the new terms from the next sync. Requires "
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
                needs_https=info.context.app.settings.is_production,
            )
        )

    @admin_mutation(
        providers.set_provider_active,
        InvalidInput,
        description="Enable or disable a provider. While it is disabled, its orders wait. Requires "
        "`SWITCH_PROVIDERS`.",
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
        description="Sync the provider's services with its catalogue now. Requires `SYNC_PROVIDERS`.",
    )
    async def sync_provider(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminProvider`.")],  # noqa: A002 - Relay's name
        adds_services: Annotated[
            bool, strawberry.argument(description="Whether to add services that are new in its catalogue.")
        ] = False,
    ) -> AdminSyncReport:
        return AdminSyncReport.from_model(
            await providers.sync_provider(
                info.context.app,
                info.context.staff,
                provider_id=parse_id(id, "AdminProvider", field="id"),
                adds_services=adds_services,
            )
        )
