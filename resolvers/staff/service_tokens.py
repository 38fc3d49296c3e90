"""Service tokens: what programs of the shop's own act by, within named permissions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.queryset import QuerySet

from domain import texts
from domain.permissions import GRANTABLE_TO_SERVICES, Permission
from domain.problems import Forbidden, InvalidInput, refuses
from domain.sessions import SessionKind
from domain.staff_acts import StaffAct, StaffSubject
from domain.staff_problems import FreshCodeRequired, ServiceTokenNotFound
from models import AccessToken, database
from observation import security_log
from observation.security_log import SecurityEvent
from resolvers import sessions
from resolvers.sessions import SignedIn
from resolvers.shop import Shop
from resolvers.staff.duty import on_duty, permit

_LONGEST_NAME = 100
MAX_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class NewServiceToken:
    """A token that was just made; `token` is shown this once."""

    token: str
    row: AccessToken


@dataclass(frozen=True, kw_only=True)
class ServiceTokenValues:
    """What a new service token is: its name, what it may do, and for how many days."""

    name: str
    permissions: Collection[Permission]
    days: int

    def check(self) -> None:
        """Raises InvalidInput: a name not of 1 to 100 characters, no or ungrantable permissions, bad days."""
        texts.line(self.name, field="name", max_length=_LONGEST_NAME)
        if not self.permissions or not GRANTABLE_TO_SERVICES.issuperset(self.permissions):
            raise InvalidInput(field="permissions")
        if not 1 <= self.days <= MAX_DAYS:
            raise InvalidInput(field="days")


@refuses(Forbidden)
async def list_service_tokens(staff: SignedIn) -> list[AccessToken]:
    """Everybody's service tokens that are valid, the latest first, each with its user.

    Raises:
        Forbidden: not for this role.
    """
    # Not MANAGE_SERVICE_TOKENS, which needs a fresh proof: to look is harmless.
    await permit(staff, Permission.READ_SERVICE_TOKENS)
    return list(await _valid(await database.now()).select_related("user").order_by("-issued_at", "id"))


@refuses(Forbidden, FreshCodeRequired, InvalidInput)
async def create_service_token(shop: Shop, staff: SignedIn, *, values: ServiceTokenValues) -> NewServiceToken:
    """Make a service token that acts as the one who makes it, within its permissions, and no more than them.

    Raises:
        Forbidden: not for this role.
        FreshCodeRequired: the session was not confirmed lately.
        InvalidInput: a blank or long name, permissions that no service token may have, or no days.
    """
    values.check()
    async with on_duty(staff, Permission.MANAGE_SERVICE_TOKENS) as duty:
        token, row = await sessions.issue_service_token(
            shop,
            duty.actor,
            name=texts.line(values.name, field="name", max_length=_LONGEST_NAME),
            permissions=values.permissions,
            lifetime=timedelta(days=values.days),
            now=duty.now,
        )
        await duty.record(
            StaffAct.CREATE_SERVICE_TOKEN, StaffSubject.SERVICE_TOKEN, None, before={}, after=_shown(row)
        )
    _record(SecurityEvent.SERVICE_TOKEN_CREATED, row, actor_id=duty.actor.id)
    return NewServiceToken(token=token, row=row)


@refuses(Forbidden, FreshCodeRequired, ServiceTokenNotFound)
async def revoke_service_token(staff: SignedIn, *, token_id: str) -> AccessToken:
    """End a service token, by its `public_id`, whoever made it.

    Raises:
        Forbidden: not for this role.
        FreshCodeRequired: the session was not confirmed lately.
        ServiceTokenNotFound: there is none with this id, or it has ended.
    """
    async with on_duty(staff, Permission.MANAGE_SERVICE_TOKENS) as duty:
        valid = await _valid(duty.now).select_related("user")
        token = next((row for row in valid if sessions.public_id(row.id) == token_id), None)
        if token is None or not await _valid(duty.now).filter(id=token.id).update(revoked_at=duty.now):
            raise ServiceTokenNotFound
        await duty.record(
            StaffAct.REVOKE_SERVICE_TOKEN, StaffSubject.SERVICE_TOKEN, None, before=_shown(token), after={}
        )
    _record(SecurityEvent.SERVICE_TOKEN_REVOKED, token, actor_id=duty.actor.id)
    return token


def _valid(now: datetime) -> QuerySet[AccessToken]:
    return AccessToken.filter(kind=SessionKind.SERVICE, revoked_at=None, expires_at__gt=now)


def _record(event: SecurityEvent, token: AccessToken, *, actor_id: int) -> None:
    security_log.record(
        event, user_id=token.user_id, actor_id=actor_id, token_id=sessions.public_id(token.id)
    )


def _shown(token: AccessToken) -> dict[str, object]:
    return {"name": token.name, "permissions": token.permissions, "expires_at": token.expires_at}
