"""Settings that staff change while the shop runs."""

from typing import Annotated, Self

import strawberry

from domain.money import Toman
from domain.runtime_settings import Value
from resolvers.staff import settings
from resolvers.staff.settings import CurrentSetting
from schema.admin.enums import RunningSetting
from schema.admin.fields import admin_mutation
from schema.context import Info
from schema.fields import resolved_field
from schema.scalars import Count


@strawberry.type(description="A setting as it is now; a boolean counts as 0 or 1.")
class AdminSetting:
    """A setting that may change while the shop runs."""

    name: RunningSetting = strawberry.field(description="Which one.")
    value: Count = strawberry.field(description="What holds now.")
    default: Count = strawberry.field(description="What the environment says.")
    is_overridden: bool = strawberry.field(description="Whether staff changed it.")

    @classmethod
    def from_model(cls, current: CurrentSetting) -> Self:
        return cls(
            name=current.name,
            value=Count(int(current.value)),
            default=Count(int(current.default)),
            is_overridden=current.is_overridden,
        )


@strawberry.type(description="All settings that may change while the shop runs.")
class AdminSettings:
    """The settings after a change."""

    settings: list[AdminSetting] = strawberry.field(description="Each as it is now.")

    @classmethod
    def from_model(cls, current: list[CurrentSetting]) -> Self:
        return cls(settings=[AdminSetting.from_model(setting) for setting in current])


@strawberry.input(description="What to change; what is left out, or null, stays as it is.")
class AdminSettingsInput:
    """Changes to settings."""

    free_credit_min: Toman | None = strawberry.field(
        default=None, description="The smallest free credit, in Toman, such as 10."
    )
    free_credit_max: Toman | None = strawberry.field(
        default=None, description="The largest free credit, in Toman, such as 100."
    )
    free_credits_per_month: int | None = strawberry.field(
        default=None, description="Free credits of a user in 30 days."
    )
    wheel_interval_days: int | None = strawberry.field(
        default=None, description="Days between two turns of a user's wheel."
    )
    wheel_gifts_per_month: int | None = strawberry.field(
        default=None, description="Gifts that a user may win in 30 days."
    )
    payment_min: Toman | None = strawberry.field(default=None, description="The smallest payment, in Toman.")
    payment_max: Toman | None = strawberry.field(default=None, description="The largest payment, in Toman.")
    refuse_duplicate_orders: bool | None = strawberry.field(
        default=None,
        description="Refuse an order while the buyer's last one for the same service and link runs.",
    )

    def to_values(self) -> dict[RunningSetting, Value]:
        """What is given."""
        changes = {name: getattr(self, name.value) for name in RunningSetting}
        return {name: value for name, value in changes.items() if value is not None}


@strawberry.type
class AdminSettingsQuery:
    """Reading settings."""

    @resolved_field(
        description="The settings that may change while the shop runs. Needs `READ_SETTINGS`. "
        "Errors: `FORBIDDEN`."
    )
    async def settings(self, info: Info) -> list[AdminSetting]:
        current = await settings.list_settings(info.context.shop, info.context.staff)
        return [AdminSetting.from_model(setting) for setting in current]


@strawberry.type
class AdminSettingsMutation:
    """Changing settings."""

    @admin_mutation(
        settings.update_settings,
        description="Change settings, all or none; every process goes by them within two seconds. "
        "Needs `CHANGE_SETTINGS`.",
    )
    async def update_settings(
        self,
        info: Info,
        input: Annotated[AdminSettingsInput, strawberry.argument(description="The new values.")],  # noqa: A002 - GraphQL's custom
    ) -> AdminSettings:
        current = await settings.update_settings(
            info.context.shop, info.context.staff, values=input.to_values()
        )
        return AdminSettings.from_model(current)

    @admin_mutation(
        settings.reset_settings,
        description="Go by the environment again; both bounds of a range together. Needs `CHANGE_SETTINGS`.",
    )
    async def reset_settings(
        self,
        info: Info,
        names: Annotated[list[RunningSetting], strawberry.argument(description="Which; at least one.")],
    ) -> AdminSettings:
        return AdminSettings.from_model(
            await settings.reset_settings(info.context.shop, info.context.staff, names=names)
        )
