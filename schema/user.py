"""The signed-in user."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain.money import Toman
from domain.sessions import SessionKind
from models import User as UserRow
from resolvers import profile
from schema.context import Info
from schema.enums import UserRole
from schema.fields import View, column
from schema.node import Node, id_field
from schema.problem_unions import mutation_field


@strawberry.type(description="A person with a wallet. Only the user's own record can be read.")
class User(Node, View[UserRow]):
    """A user as the user sees it; secrets are not part of it."""

    id: strawberry.ID = id_field("User")
    first_name: str | None = column("first_name", description="First name.")
    last_name: str | None = column("last_name", description="Last name.")
    email: str | None = column("email", description="Email address in lower case.")
    mobile: str | None = column("mobile", description="Mobile number, such as 09011235566.")
    mobile_verified: bool = column(
        "mobile_verified",
        description="Whether the user has verified this mobile number by logging in with it.",
    )
    role: UserRole = column("role", description="The user's role.")
    balance: Toman = column("balance", description="The wallet's balance, in Toman.")
    custom_rate: int = column("custom_rate", description="The user's personal discount, in percent.")
    login_type: str | None = column(
        "login_type", description="How the user registered, as the old panel recorded it."
    )
    timezone: str | None = column("timezone", description="The user's time zone, such as Asia/Tehran.")
    more_information: str | None = column(
        "more_information", description="Notes about the user from the old panel."
    )
    settings: str | None = column("settings", description="Settings from the old panel.")
    description: str | None = column("description", description="A note by the shop.")
    spent: Toman | None = column(
        "spent", description="The total spent according to the old panel, in Toman; null for newer users."
    )
    is_active: bool = column("is_active", description="Whether the user can sign in.")
    created_at: datetime = column("created_at", description="When the user registered.")
    updated_at: datetime = column("updated_at", description="When the record was last updated.")

    @classmethod
    async def find(cls, info: Info, key: int) -> Self | None:
        user = info.context.user
        return cls.from_model(user) if user.id == key else None


@strawberry.type
class UserQuery:
    @strawberry.field(description="The signed-in user; null if anonymous.")
    def me(self, info: Info) -> User | None:
        viewer = info.context.viewer
        is_person = viewer is not None and viewer.kind is not SessionKind.SERVICE
        return User.from_model(viewer.user) if viewer and is_person else None


@strawberry.input(description="The values to change. Omitted or null values stay unchanged.")
class ProfileInput:
    """Changes to one's own profile."""

    first_name: str | None = strawberry.field(default=None, description="At most 100 characters.")
    last_name: str | None = strawberry.field(default=None, description="At most 100 characters.")
    email: str | None = strawberry.field(default=None, description="An email address that no other user has.")
    password: str | None = strawberry.field(
        default=None, description="1 to 128 characters, for the web panel."
    )
    mobile: str | None = strawberry.field(
        default=None,
        description="For example, 09011235566 or +989011235566. Unverified until the next login with it or "
        "`confirmMobile`. Staff need a recently confirmed staff session.",
    )


@strawberry.type
class UserMutation:
    @mutation_field(
        profile.update_profile,
        description="Update your profile. If any value is rejected, none is changed. Requires "
        "authentication.",
    )
    async def update_profile(
        self,
        info: Info,
        input: Annotated[ProfileInput, strawberry.argument(description="The new values.")],  # noqa: A002 - GraphQL's custom
    ) -> User:
        row = await profile.update_profile(
            info.context.app,
            info.context.user,
            session=info.context.session,
            first_name=input.first_name,
            last_name=input.last_name,
            email=input.email,
            password=input.password,
            mobile=input.mobile,
        )
        return User.from_model(row)
