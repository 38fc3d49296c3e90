"""Users, for staff."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.money import Toman
from domain.problems import InvalidInput
from models import User as UserRow
from resolvers.filters import OneOf
from resolvers.pagination import PageRequest
from resolvers.staff import users
from resolvers.staff.users import UserFilter
from schema.admin.enums import AdminUserOrderField
from schema.admin.fields import admin_mutation
from schema.admin.record import AdminRecord
from schema.connections import After, Before, Connection, First, Last, build_connection
from schema.context import Info
from schema.enums import UserRole
from schema.fields import column
from schema.filters import DateTimeRange, IdIn, Sorting, TextContains, TomanRange, Where, ids_of
from schema.node import parse_id


@strawberry.type(description="A user, with details for staff. Never contains secrets.")
class AdminUser(AdminRecord[UserRow]):
    """A user, customers and staff alike."""

    first_name: str | None = column("first_name", description="First name.")
    last_name: str | None = column("last_name", description="Last name.")
    email: str | None = column("email", description="Email address.")
    mobile: str | None = column("mobile", description="Mobile number, such as 09011235566.")
    mobile_verified: bool = column(
        "mobile_verified",
        description="Whether the user has verified this mobile number by logging in with it.",
    )
    role: UserRole = column("role", description="The user's role.")
    is_active: bool = column("is_active", description="Whether the user can sign in; false if blocked.")
    balance: Toman = column("balance", description="The wallet's balance, in Toman.")
    custom_rate: int = column("custom_rate", description="The user's personal discount, in percent.")
    created_at: datetime = column("created_at", description="When it was created.")
    updated_at: datetime = column("updated_at", description="When it was last updated.")


async def load_user(info: Info, user_id: int) -> AdminUser:
    """The user with this id, read together with the others that the request asks for."""
    return AdminUser.from_model(await info.context.loaders.staff_users(info.context.staff).load(user_id))


@strawberry.input(description="Matches any of several roles.")
class UserRoleIn(OneOf[UserRole]):
    """Users by role."""

    any_of: list[UserRole] = strawberry.field(
        name="in", description="Roles to match; an empty list matches nothing."
    )


@strawberry.input(description="Filter for users. Omitted or null criteria are ignored.")
class AdminUserWhere(Where[UserFilter]):
    id: IdIn | None = strawberry.field(
        default=None, description="Filter by user.", metadata=ids_of("AdminUser")
    )
    role: UserRoleIn | None = strawberry.field(default=None, description="Filter by role.")
    is_active: bool | None = strawberry.field(
        default=None, description="Filter by whether the user is active."
    )
    mobile: TextContains | None = strawberry.field(
        default=None, description="Filter by part of the mobile number, such as 0912."
    )
    email: TextContains | None = strawberry.field(
        default=None, description="Filter by part of the email address."
    )
    balance: TomanRange | None = strawberry.field(default=None, description="Filter by balance.")
    created_at: DateTimeRange | None = strawberry.field(
        default=None, description="Filter by creation time, bounds included."
    )


@strawberry.input(description="Sort order for users.")
class AdminUserOrder(Sorting[AdminUserOrderField]):
    pass


@strawberry.type
class AdminUserQuery:
    @strawberry.field(
        description="All users, newest first by default. Requires `READ_USERS`. Errors: `FORBIDDEN`, "
        "`INVALID_INPUT`."
    )
    async def users(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            AdminUserWhere | None,
            strawberry.argument(description='For example, `{mobile: {contains: "0912"}}`.'),
        ] = None,
        order_by: Annotated[
            AdminUserOrder | None,
            strawberry.argument(description="For example, `{field: BALANCE, direction: DESC}`."),
        ] = None,
    ) -> Connection[AdminUser]:
        order = order_by or AdminUserOrder(field=AdminUserOrderField.ID)
        page = await users.get_users_page(
            info.context.staff,
            page=PageRequest(first=first, after=after, last=last, before=before),
            where=(where or AdminUserWhere()).to_filter(),
            order_by=order.field,
            direction=order.direction,
        )
        return build_connection(page, AdminUser.from_model)


@strawberry.type
class AdminUserMutation:
    @admin_mutation(
        users.set_custom_rate,
        InvalidInput,
        description="Set a user's discount for future orders. Requires `DISCOUNT_USERS`.",
    )
    async def set_custom_rate(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminUser`.")],  # noqa: A002 - Relay's name
        percent: Annotated[int, strawberry.argument(description="0 to 100, such as 10.")],
    ) -> AdminUser:
        return AdminUser.from_model(
            await users.set_custom_rate(
                info.context.staff, user_id=parse_id(id, "AdminUser", field="id"), percent=percent
            )
        )

    @admin_mutation(
        users.set_user_active,
        InvalidInput,
        description="Block or unblock a user. Blocking revokes all of the user's tokens and keys "
        "permanently. Requires `BLOCK_USERS`.",
    )
    async def set_user_active(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminUser`.")],  # noqa: A002 - Relay's name
        is_active: Annotated[bool, strawberry.argument(description="False to block.")],
        reason: Annotated[str, strawberry.argument(description="1 to 500 characters, for the audit log.")],
    ) -> AdminUser:
        return AdminUser.from_model(
            await users.set_user_active(
                info.context.staff,
                user_id=parse_id(id, "AdminUser", field="id"),
                is_active=is_active,
                reason=reason,
            )
        )

    @admin_mutation(
        users.sign_out_user,
        InvalidInput,
        description="End all of a user's sessions. The reseller API key stays valid. Requires "
        "`SIGN_OUT_USERS`.",
    )
    async def sign_out_user(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminUser`.")],  # noqa: A002 - Relay's name
    ) -> AdminUser:
        return AdminUser.from_model(
            await users.sign_out_user(info.context.staff, user_id=parse_id(id, "AdminUser", field="id"))
        )

    @admin_mutation(
        users.revoke_user_api_key,
        InvalidInput,
        description="Revoke a user's reseller API key. Requires `SIGN_OUT_USERS`.",
    )
    async def revoke_user_api_key(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminUser`.")],  # noqa: A002 - Relay's name
    ) -> AdminUser:
        return AdminUser.from_model(
            await users.revoke_user_api_key(info.context.staff, user_id=parse_id(id, "AdminUser", field="id"))
        )

    @admin_mutation(
        users.reset_totp,
        InvalidInput,
        description="Remove the authenticator app of another staff member, such as one whose phone was "
        "lost, and end their sessions. You cannot reset your own. Requires `CHANGE_ROLES`.",
    )
    async def reset_totp(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminUser`.")],  # noqa: A002 - Relay's name
    ) -> AdminUser:
        return AdminUser.from_model(
            await users.reset_totp(info.context.staff, user_id=parse_id(id, "AdminUser", field="id"))
        )

    @admin_mutation(
        users.set_user_role,
        InvalidInput,
        description="Change a user's role. The user has to sign in again. You cannot change your own role. "
        "Requires `CHANGE_ROLES`.",
    )
    async def set_user_role(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id of an `AdminUser`.")],  # noqa: A002 - Relay's name
        role: Annotated[UserRole, strawberry.argument(description="The new role.")],
    ) -> AdminUser:
        return AdminUser.from_model(
            await users.set_user_role(
                info.context.staff, user_id=parse_id(id, "AdminUser", field="id"), role=role
            )
        )
