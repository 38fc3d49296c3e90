"""Service tokens: credentials of the shop's own programs, restricted to named permissions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

import database
from domain import mobiles, permissions, text_cleaning
from domain.permissions import GRANTABLE_TO_SERVICES, Permission, StaffAct, StaffSubject
from domain.problems import Forbidden, InvalidInput, declares_problems
from domain.sessions import SessionKind
from domain.staff_problems import FreshCodeRequired, ServiceTokenNotFound
from models import AccessToken, User
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers import sessions
from resolvers.app_context import AppContext
from resolvers.sessions import Session
from resolvers.staff.staff_action import StaffAction, require_permission, staff_transaction

_MAX_NAME_LENGTH = 100
MAX_DAYS = 365
_MANAGE = Permission.MANAGE_SERVICE_TOKENS
_BY_COMMAND_LINE = "by the command line"


class OwnerNotFound(Exception):
    """No active owner has proven the mobile number."""


@dataclass(frozen=True, kw_only=True)
class NewServiceToken:
    """A new token; `token` is shown only once."""

    token: str
    row: AccessToken


@dataclass(frozen=True, kw_only=True)
class ServiceTokenValues:
    """A new service token: its name, permissions, and lifetime in days."""

    name: str
    permissions: Collection[Permission]
    days: int

    def check(self) -> None:
        """Raises InvalidInput: a name not of 1 to 100 characters, bad permissions, invalid days."""
        text_cleaning.clean_bounded_line(self.name, field="name", max_length=_MAX_NAME_LENGTH)
        if not self.permissions or not GRANTABLE_TO_SERVICES.issuperset(self.permissions):
            raise InvalidInput(field="permissions")
        if not 1 <= self.days <= MAX_DAYS:
            raise InvalidInput(field="days")


@declares_problems(Forbidden)
async def list_service_tokens(staff: Session) -> list[AccessToken]:
    """All users' valid service tokens, latest first, each with its user.

    Raises:
        Forbidden: the role lacks the permission.
    """
    # Not MANAGE_SERVICE_TOKENS, which needs a fresh proof: reading is harmless.
    await require_permission(staff, Permission.READ_SERVICE_TOKENS)
    return list(await _valid_tokens(await database.now()).select_related("user").order_by("-issued_at", "id"))


@declares_problems(Forbidden, FreshCodeRequired, InvalidInput)
async def create_service_token(
    app: AppContext, staff: Session, *, values: ServiceTokenValues
) -> NewServiceToken:
    """Create a service token that acts as its creator, restricted to a subset of the creator's permissions.

    Raises:
        Forbidden: the role lacks the permission.
        FreshCodeRequired: the session was not confirmed recently.
        InvalidInput: a blank or long name, permissions that no service token may have, or invalid days.
    """
    values.check()
    async with staff_transaction(staff, Permission.MANAGE_SERVICE_TOKENS) as duty:
        created = await _create(app, duty, values)
    _record(SecurityEvent.SERVICE_TOKEN_CREATED, created.row, actor_id=duty.actor.id)
    return created


@declares_problems(Forbidden, FreshCodeRequired, ServiceTokenNotFound)
async def revoke_service_token(staff: Session, *, token_id: str) -> AccessToken:
    """Revoke any user's service token by its `to_public_id`.

    Raises:
        Forbidden: the role lacks the permission.
        FreshCodeRequired: the session was not confirmed recently.
        ServiceTokenNotFound: there is none with this id, or it has ended.
    """
    async with staff_transaction(staff, Permission.MANAGE_SERVICE_TOKENS) as duty:
        token = await _find(token_id, now=duty.now)
        await _revoke(duty, token)
    _record(SecurityEvent.SERVICE_TOKEN_REVOKED, token, actor_id=duty.actor.id)
    return token


async def create_from_command_line(
    app: AppContext, mobile: str, *, values: ServiceTokenValues
) -> NewServiceToken:
    """Create a service token that acts as the owner who proved `mobile`.

    No proof is required: a person with a shell on the shop's machine can read its keys anyway.

    Raises:
        InvalidInput: not an Iranian mobile number, or as `create_service_token`.
        OwnerNotFound: no owner who is not blocked has proven the mobile.
    """
    values.check()
    number = mobiles.normalize(mobile)
    if number is None:
        raise InvalidInput(field="mobile")
    async with in_transaction():
        owner = await User.get_by_verified_mobile(number)
        if owner is None or not owner.is_active or not permissions.has_permission(owner.role, _MANAGE):
            raise OwnerNotFound
        duty = StaffAction(actor=owner, now=await database.now())
        created = await _create(app, duty, values, reason=_BY_COMMAND_LINE)
    _record(SecurityEvent.SERVICE_TOKEN_CREATED, created.row, actor_id=None)
    return created


async def list_from_command_line() -> list[AccessToken]:
    """All users' valid service tokens, latest first, each with its user."""
    return list(await _valid_tokens(await database.now()).select_related("user").order_by("-issued_at", "id"))


async def revoke_from_command_line(token_id: str) -> AccessToken:
    """Revoke a service token by its `to_public_id`; the audit log names its user as the actor.

    Raises:
        ServiceTokenNotFound: there is none with this id, or it has ended.
    """
    async with in_transaction():
        now = await database.now()
        token = await _find(token_id, now=now)
        await _revoke(StaffAction(actor=token.user, now=now), token, reason=_BY_COMMAND_LINE)
    _record(SecurityEvent.SERVICE_TOKEN_REVOKED, token, actor_id=None)
    return token


async def _create(
    app: AppContext, duty: StaffAction, values: ServiceTokenValues, *, reason: str | None = None
) -> NewServiceToken:
    token, row = await sessions.issue_service_token(
        app,
        duty.actor,
        name=text_cleaning.clean_bounded_line(values.name, field="name", max_length=_MAX_NAME_LENGTH),
        permissions=values.permissions,
        lifetime=timedelta(days=values.days),
        now=duty.now,
    )
    after = _audit_columns(row)
    await duty.record(
        StaffAct.CREATE_SERVICE_TOKEN, StaffSubject.SERVICE_TOKEN, None, before={}, after=after, reason=reason
    )
    return NewServiceToken(token=token, row=row)


async def _find(token_id: str, *, now: datetime) -> AccessToken:
    valid = await _valid_tokens(now).select_related("user")
    token = next((row for row in valid if sessions.to_public_id(row.id) == token_id), None)
    if token is None:
        raise ServiceTokenNotFound
    return token


async def _revoke(duty: StaffAction, token: AccessToken, *, reason: str | None = None) -> None:
    if not await _valid_tokens(duty.now).filter(id=token.id).update(revoked_at=duty.now):
        raise ServiceTokenNotFound
    before = _audit_columns(token)
    await duty.record(
        StaffAct.REVOKE_SERVICE_TOKEN,
        StaffSubject.SERVICE_TOKEN,
        None,
        before=before,
        after={},
        reason=reason,
    )


def _valid_tokens(now: datetime) -> QuerySet[AccessToken]:
    return AccessToken.filter(kind=SessionKind.SERVICE, revoked_at=None, expires_at__gt=now)


def _record(event: SecurityEvent, token: AccessToken, *, actor_id: int | None) -> None:
    security_log.record(
        event, user_id=token.user_id, actor_id=actor_id, token_id=sessions.to_public_id(token.id)
    )


def _audit_columns(token: AccessToken) -> dict[str, object]:
    return {"name": token.name, "permissions": token.permissions, "expires_at": token.expires_at}
