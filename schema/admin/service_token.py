"""Service tokens, for owners."""

from datetime import datetime
from typing import Annotated

import strawberry

from engine.executor.hints import FieldHints
from models import AccessToken
from resolvers import sessions
from resolvers.staff import service_tokens
from resolvers.staff.service_tokens import ServiceTokenValues
from schema.admin.enums import Permission
from schema.admin.fields import admin_mutation
from schema.admin.user import AdminUser
from schema.context import Info
from schema.fields import View, column


@strawberry.type(description="A token for one of the shop's own programs, limited to specific permissions.")
class AdminServiceToken(View[AccessToken]):
    """One service token; the token itself is not part of it."""

    id: strawberry.ID = column(
        "id",
        description="The id for `revokeServiceToken`; not secret, and not the token itself.",
        convert=sessions.to_public_id,
    )
    name: str = column(
        "name",
        description="Its purpose, such as `nightly report`; recorded in the audit log.",
        convert=lambda name: name or "",
    )
    permissions: list[Permission] = strawberry.field(
        resolver=lambda self: sorted(self.row.granted_permissions),
        description="Its permissions, which apply only while its user's role has them too.",
        metadata=FieldHints(is_pure=True).metadata,
    )
    user: AdminUser = strawberry.field(
        resolver=lambda self: AdminUser.from_model(self.row.user),
        description="The user who created it and on whose behalf it acts.",
        metadata=FieldHints(is_pure=True).metadata,
    )
    created_at: datetime = column("issued_at", description="When it was created.")
    last_seen_at: datetime | None = column(
        "last_seen_at", description="When it was last used, accurate to an hour; null during its first hour."
    )
    expires_at: datetime = column("expires_at", description="When it expires, unless it is revoked earlier.")


@strawberry.type(description="A newly created service token.")
class AdminNewServiceToken:
    """A new service token, shown only once."""

    access_token: str = strawberry.field(
        description="Send it to `/graphql` as `Authorization: Bearer …`. Shown only once; keep it secret."
    )
    service_token: AdminServiceToken = strawberry.field(description="The token's details.")


@strawberry.input(description="A new service token.")
class AdminServiceTokenInput:
    """What it is for, what it may do, and how long."""

    name: str = strawberry.field(description="1 to 100 characters, such as `nightly report`.")
    permissions: list[Permission] = strawberry.field(
        description="At least one; never `CHANGE_ROLES` or `MANAGE_SERVICE_TOKENS`."
    )
    days: int = strawberry.field(default=90, description="Days until it expires, 1 to 365.")

    def to_values(self) -> ServiceTokenValues:
        """The operation's input."""
        return ServiceTokenValues(name=self.name, permissions=frozenset(self.permissions), days=self.days)


@strawberry.type
class AdminServiceTokenQuery:
    @strawberry.field(
        description="All valid service tokens, newest first. Requires `READ_SERVICE_TOKENS`. Errors: "
        "`FORBIDDEN`."
    )
    async def service_tokens(self, info: Info) -> list[AdminServiceToken]:
        rows = await service_tokens.list_service_tokens(info.context.staff)
        return [AdminServiceToken.from_model(row) for row in rows]


@strawberry.type
class AdminServiceTokenMutation:
    @admin_mutation(
        service_tokens.create_service_token,
        description="Create a token for a program, such as a nightly report. It acts as the user who "
        "creates it, limited to its permissions. Requires `MANAGE_SERVICE_TOKENS`.",
    )
    async def create_service_token(
        self,
        info: Info,
        input: Annotated[AdminServiceTokenInput, strawberry.argument(description="The new token.")],  # noqa: A002 - GraphQL's custom
    ) -> AdminNewServiceToken:
        created = await service_tokens.create_service_token(
            info.context.app, info.context.staff, values=input.to_values()
        )
        return AdminNewServiceToken(
            access_token=created.token, service_token=AdminServiceToken.from_model(created.row)
        )

    @admin_mutation(
        service_tokens.revoke_service_token,
        description="Revoke a service token immediately, regardless of who created it. Requires "
        "`MANAGE_SERVICE_TOKENS`.",
    )
    async def revoke_service_token(
        self,
        info: Info,
        id: Annotated[  # noqa: A002 - Relay's name
            strawberry.ID, strawberry.argument(description="The `id` of an `AdminServiceToken`.")
        ],
    ) -> AdminServiceToken:
        row = await service_tokens.revoke_service_token(info.context.staff, token_id=id)
        return AdminServiceToken.from_model(row)
