"""Acting as staff: the permission, the transaction, and the record of what was done."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import orjson
from tortoise.models import Model
from tortoise.transactions import in_transaction

from domain import permissions, texts
from domain.permissions import Permission
from domain.sessions import SessionKind
from domain.staff_acts import StaffAct, StaffSubject
from domain.staff_problems import FreshCodeRequired
from models import AccessToken, AuditEntry, User, database
from resolvers import proofs
from resolvers.refusals import forbid
from resolvers.sessions import SignedIn

LONGEST_REASON = 500
Columns = Mapping[str, object]

_SECRETS = frozenset({"api_key", "api_key_hash", "password_hash"})
_MASK = "***"
_NOT_TOLD = frozenset({"updated_at"})
_MISSING = object()


async def permit(staff: SignedIn, permission: Permission) -> User:
    """The user of `staff` as the database knows them now: a socket's own copy may be older than a demotion.

    Raises:
        Forbidden: a token of the app's, a service token without this permission, a session that was revoked,
            or a user who is blocked or of a role without it.
        FreshCodeRequired: the permission needs a fresh proof, which the session does not have.
    """
    return (await _permitted(staff, permission)).user


async def duty_of(staff: SignedIn, permission: Permission, *, now: datetime) -> "Duty":
    """The same outside a transaction, for acts that wait for somebody else before they write.

    Raises:
        Forbidden: as `permit`.
        FreshCodeRequired: as `permit`.
    """
    session = await _permitted(staff, permission)
    return Duty(actor=session.user, now=now, service_token=session.name)


async def granted_to(staff: SignedIn) -> frozenset[Permission]:
    """What the session may be used for, fresh proofs apart; nothing where its user is no member of staff."""
    return _granted(await proofs.open_session(staff), staff)


async def _permitted(staff: SignedIn, permission: Permission) -> AccessToken:
    session = await proofs.open_session(staff)
    if permission not in _granted(session, staff):
        forbid(session.user_id, permission=permission.value)
    needs_proof = session.kind is SessionKind.STAFF and permission in permissions.NEED_FRESH_PROOF
    if needs_proof and not proofs.is_fresh(session, now=await database.now()):
        raise FreshCodeRequired
    return session


def _granted(session: AccessToken, staff: SignedIn) -> frozenset[Permission]:
    granted = permissions.GRANTED[session.user.role]
    if session.kind is SessionKind.SERVICE:
        return granted & session.granted & permissions.GRANTABLE_TO_SERVICES
    return granted if session.kind is SessionKind.STAFF and not staff.lacks_totp else frozenset()


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A member of staff who acts at a moment, inside the act's transaction.

    `service_token` is the name of the one by which a program acts for them.
    """

    actor: User
    now: datetime
    service_token: str | None = None

    def check_may_act_on(self, subject: User) -> None:
        """Raises Forbidden for oneself and for users of the same or a higher role, but not for owners."""
        if not permissions.may_act_on(self.actor.role, subject.role):
            forbid(self.actor.id, permission="act_on_rank", owner_id=subject.id)

    async def record(
        self,
        act: StaffAct,
        subject: StaffSubject,
        subject_id: int | None,
        *,
        before: Columns,
        after: Columns,
        reason: str | None = None,
    ) -> None:
        """Enter an act into the audit log: of `before` and `after`, what differs."""
        await self.record_all(act, subject, {subject_id: (before, after)}, reason=reason)

    async def record_all(
        self,
        act: StaffAct,
        subject: StaffSubject,
        changes: Mapping[int | None, tuple[Columns, Columns]],
        *,
        reason: str | None = None,
    ) -> None:
        """Enter one act on several records, an entry each: before and after, by the record's id."""
        entries = [
            AuditEntry(
                actor_id=self.actor.id,
                role=self.actor.role,
                act=act,
                subject=subject,
                subject_id=subject_id,
                before=_json(_differing(before, after)),
                after=_json(_differing(after, before)),
                reason=reason,
                service_token=self.service_token,
                created_at=self.now,
            )
            for subject_id, (before, after) in changes.items()
        ]
        await AuditEntry.bulk_create(entries, batch_size=500)


@asynccontextmanager
async def on_duty(staff: SignedIn, permission: Permission) -> AsyncIterator[Duty]:
    """A transaction in which `staff` use `permission`; whatever is refused in it leaves nothing.

    Raises:
        Forbidden: they do not have it.
        FreshCodeRequired: it needs a fresh proof.
    """
    async with in_transaction():
        session = await _permitted(staff, permission)
        yield Duty(actor=session.user, now=await database.now(), service_token=session.name)


def columns_of(row: Model) -> Columns:
    """What is in a row now, for `Duty.record`."""
    return {name: getattr(row, name) for name in row._meta.db_fields}


def reason_of(text: str, *, field: str = "reason") -> str:
    """Why an act is done, which is asked for where money or somebody's access is at stake.

    Raises:
        InvalidInput: blank, or over 500 characters.
    """
    return texts.paragraph(text, field=field, max_length=LONGEST_REASON)


def _differing(columns: Columns, others: Columns) -> Columns:
    return {
        name: _MASK if name in _SECRETS and value is not None else value
        for name, value in columns.items()
        if name not in _NOT_TOLD and others.get(name, _MISSING) != value
    }


def _json(columns: Columns) -> str:
    return orjson.dumps(columns, default=str).decode()
