"""Settings that staff change at run time."""

from typing import Annotated, Self

import strawberry

from domain.money import Toman
from domain.runtime_settings import Value
from resolvers.staff import settings
from resolvers.staff.settings import CurrentSetting
from schema.admin.enums import RunningSetting
from schema.admin.fields import admin_mutation
from schema.context import Info
from schema.scalars import Count


@strawberry.type(description="A setting and its current value; booleans are 0 or 1.")
class AdminSetting:
    """A setting that may change while the shop runs."""

    name: RunningSetting = strawberry.field(description="The setting.")
    value: Count = strawberry.field(description="The value in effect.")
    default: Count = strawberry.field(description="The value from the environment.")
    is_overridden: bool = strawberry.field(description="Whether staff have changed it.")

    @classmethod
    def from_model(cls, current: CurrentSetting) -> Self:
        return cls(
            name=current.name,
            value=Count(int(current.value)),
            default=Count(int(current.default)),
            is_overridden=current.is_overridden,
        )


@strawberry.type(description="All settings that can be changed at runtime.")
class AdminSettings:
    """The settings after a change."""

    settings: list[AdminSetting] = strawberry.field(description="The settings with their current values.")

    @classmethod
    def from_model(cls, current: list[CurrentSetting]) -> Self:
        return cls(settings=[AdminSetting.from_model(setting) for setting in current])


@strawberry.input(description="The values to change. Omitted or null values stay unchanged.")
class AdminSettingsInput:
    """Changes to settings."""

    free_credit_min: Toman | None = strawberry.field(
        default=None, description="The smallest free credit, in Toman, such as 10."
    )
    free_credit_max: Toman | None = strawberry.field(
        default=None, description="The largest free credit, in Toman, such as 100."
    )
    free_credits_per_month: int | None = strawberry.field(
        default=None, description="The number of free credits a user can claim in 30 days."
    )
    wheel_interval_days: int | None = strawberry.field(
        default=None, description="The number of days a user waits between spins."
    )
    wheel_gifts_per_month: int | None = strawberry.field(
        default=None, description="The number of gifts a user can win in 30 days."
    )
    payment_min: Toman | None = strawberry.field(default=None, description="The smallest payment, in Toman.")
    payment_max: Toman | None = strawberry.field(default=None, description="The largest payment, in Toman.")
    refuse_duplicate_orders: bool | None = strawberry.field(
        default=None,
        description="Whether to reject an order while the buyer has an unfinished one for the same service "
        "and link.",
    )

    def to_values(self) -> dict[RunningSetting, Value]:
        """The service that is given away."""
        changes = {name: getattr(self, name.value) for name in RunningSetting}
        return {name: value for name, value in changes.items() if value is not None}


@strawberry.type
class AdminSettingsQuery:
    @strawberry.field(
        description="The settings that can be changed at runtime. Requires `READ_SETTINGS`. Errors: "
        "`FORBIDDEN`."
    )
    async def settings(self, info: Info) -> list[AdminSetting]:
        current = await settings.list_settings(info.context.app, info.context.staff)
        return [AdminSetting.from_model(setting) for setting in current]


@strawberry.type
class AdminSettingsMutation:
    @admin_mutation(
        settings.update_settings,
        description="Change settings, all or none. Every process applies them within two seconds. Requires "
        "`CHANGE_SETTINGS`.",
    )
    async def update_settings(
        self,
        info: Info,
        input: Annotated[AdminSettingsInput, strawberry.argument(description="The new values.")],  # noqa: A002 - GraphQL's custom
    ) -> AdminSettings:
        current = await settings.update_settings(
            info.context.app, info.context.staff, values=input.to_values()
        )
        return AdminSettings.from_model(current)

    @admin_mutation(
        settings.reset_settings,
        description="Reset settings to their values from the environment. The two bounds of a range are "
        "reset together. Requires `CHANGE_SETTINGS`.",
    )
    async def reset_settings(
        self,
        info: Info,
        names: Annotated[
            list[RunningSetting], strawberry.argument(description="The settings to reset; at least one.")
        ],
    ) -> AdminSettings:
        return AdminSettings.from_model(
            await settings.reset_settings(info.context.app, info.context.staff, names=names)
        )
