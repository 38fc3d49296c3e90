"""Staff actions: the permission check, the transaction and the audit log entry."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import orjson
from tortoise.models import Model
from tortoise.transactions import in_transaction

import database
from domain import ids, permissions, text_cleaning
from domain.permissions import Permission, StaffAct, StaffSubject
from domain.problems import Problem
from domain.sessions import SessionKind
from domain.staff_problems import FreshCodeRequired
from models import (
    AccessToken,
    AuditEntry,
    Category,
    Gift,
    Order,
    Payment,
    Provider,
    Refill,
    Service,
    Ticket,
    User,
)
from resolvers import identity_proofs
from resolvers.authorization import raise_forbidden
from resolvers.sessions import Session

MAX_REASON_LENGTH = 500
Columns = Mapping[str, object]

Row = TypeVar("Row", bound=Model)

_SUBJECTS: Mapping[type[Model], StaffSubject] = {
    Category: StaffSubject.CATEGORY,
    Gift: StaffSubject.GIFT,
    Order: StaffSubject.ORDER,
    Payment: StaffSubject.PAYMENT,
    Provider: StaffSubject.PROVIDER,
    Refill: StaffSubject.REFILL,
    Service: StaffSubject.SERVICE,
    Ticket: StaffSubject.TICKET,
    User: StaffSubject.USER,
}
_SECRETS = frozenset({"api_key", "api_key_hash", "password_hash"})
_MASK = "***"
_UNLOGGED_COLUMNS = frozenset({"updated_at"})
_MISSING = object()


async def require_permission(staff: Session, permission: Permission) -> User:
    """The user of `staff`, re-read from the database: a WebSocket's own copy may be older than a demotion.

    Raises:
        Forbidden: an app token, a service token without this permission, a revoked session, or a user who is
            blocked or whose role lacks the permission.
        FreshCodeRequired: the permission needs a fresh proof, which the session does not have.
    """
    return (await _require_session(staff, permission)).user


async def get_staff_action(staff: Session, permission: Permission, *, now: datetime) -> "StaffAction":
    """The same outside a transaction, for actions that call another system before they write.

    Raises:
        Forbidden: as `require_permission`.
        FreshCodeRequired: as `require_permission`.
    """
    session = await _require_session(staff, permission)
    return StaffAction(actor=session.user, now=now, service_token=session.name)


async def get_permissions(staff: Session) -> frozenset[Permission]:
    """The session's permissions, ignoring fresh proofs; empty if its user is not a member of staff."""
    return _permissions_of(await identity_proofs.get_open_session(staff), staff)


async def _require_session(staff: Session, permission: Permission) -> AccessToken:
    session = await identity_proofs.get_open_session(staff)
    if permission not in _permissions_of(session, staff):
        raise_forbidden(session.user_id, permission=permission.value)
    needs_proof = session.kind is SessionKind.STAFF and permission in permissions.FRESH_PROOF_REQUIRED
    if needs_proof and not identity_proofs.is_fresh(session, now=await database.now()):
        raise FreshCodeRequired
    return session


def _permissions_of(session: AccessToken, staff: Session) -> frozenset[Permission]:
    granted = permissions.ROLE_PERMISSIONS[session.user.role]
    if session.kind is SessionKind.SERVICE:
        return granted & session.granted_permissions & permissions.GRANTABLE_TO_SERVICES
    return granted if session.kind is SessionKind.STAFF and not staff.lacks_totp else frozenset()


@dataclass(frozen=True, kw_only=True)
class StaffAction:
    """An action by a member of staff at one point in time, inside its transaction.

    `service_token` is the name of the token with which a program acts for them.
    """

    actor: User
    now: datetime
    service_token: str | None = None

    def check_may_act_on(self, subject: User) -> None:
        """Raises Forbidden for oneself and for users of the same or a higher role, except for owners."""
        if not permissions.can_act_on(self.actor.role, subject.role):
            raise_forbidden(self.actor.id, permission="act_on_rank", owner_id=subject.id)

    async def record(
        self,
        action: StaffAct,
        subject: StaffSubject,
        subject_id: int | None,
        *,
        before: Columns,
        after: Columns,
        reason: str | None = None,
    ) -> None:
        """Write an action to the audit log, with the differences between `before` and `after`."""
        await self.record_all(action, subject, {subject_id: (before, after)}, reason=reason)

    async def record_change(
        self, action: StaffAct, row: Row, *, before: Columns, reason: str | None = None
    ) -> Row:
        """Write the change of `row` since `before`, {} if it is new, to the audit log; returns the row."""
        subject, after = _SUBJECTS[type(row)], get_columns(row)
        await self.record(action, subject, row.pk, before=before, after=after, reason=reason)
        return row

    async def record_all(
        self,
        action: StaffAct,
        subject: StaffSubject,
        changes: Mapping[int | None, tuple[Columns, Columns]],
        *,
        reason: str | None = None,
    ) -> None:
        """Write one action on several records, an entry each: before and after, by the record's id."""
        entries = [
            AuditEntry(
                actor_id=self.actor.id,
                role=self.actor.role,
                action=action,
                subject=subject,
                subject_id=subject_id,
                before=_to_json(_changed_columns(before, after)),
                after=_to_json(_changed_columns(after, before)),
                reason=reason,
                service_token=self.service_token,
                created_at=self.now,
            )
            for subject_id, (before, after) in changes.items()
        ]
        await AuditEntry.bulk_create(entries, batch_size=500)


@asynccontextmanager
async def staff_transaction(staff: Session, permission: Permission) -> AsyncIterator[StaffAction]:
    """A transaction in which `staff` use `permission`; a refusal rolls everything back.

    Raises:
        Forbidden: they do not have it.
        FreshCodeRequired: it needs a fresh proof.
    """
    async with in_transaction():
        session = await _require_session(staff, permission)
        yield StaffAction(actor=session.user, now=await database.now(), service_token=session.name)


async def lock_row(model: type[Row], row_id: int, *, missing: type[Problem]) -> Row:
    """The record with this id, locked until the end of the transaction.

    Raises:
        Problem: `missing`, if there is none.
    """
    found = model.filter(id=row_id if ids.is_possible(row_id) else 0)
    row = await found.select_for_update(no_key=True).first()
    if row is None:
        raise missing
    return row


def get_columns(row: Model) -> Columns:
    """The current columns of a row, for `StaffAction.record`."""
    return {name: getattr(row, name) for name in row._meta.db_fields}


def parse_reason(text: str, *, field: str = "reason") -> str:
    """The reason for an action, which is mandatory when it affects money or a user's access.

    Raises:
        InvalidInput: blank, or over 500 characters.
    """
    return text_cleaning.clean_bounded_paragraph(text, field=field, max_length=MAX_REASON_LENGTH)


def _changed_columns(columns: Columns, others: Columns) -> Columns:
    return {
        name: _MASK if name in _SECRETS and value is not None else value
        for name, value in columns.items()
        if name not in _UNLOGGED_COLUMNS and others.get(name, _MISSING) != value
    }


def _to_json(columns: Columns) -> str:
    return orjson.dumps(columns, default=str).decode()
