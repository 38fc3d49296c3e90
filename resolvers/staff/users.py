"""Management of users."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import database
from domain.money import MAX_AMOUNT, Toman
from domain.permissions import Permission, StaffAct, StaffSubject
from domain.problems import (
    Forbidden,
    IdempotencyKeyReused,
    InsufficientBalance,
    InvalidInput,
    declares_problems,
)
from domain.roles import UserRole
from domain.sessions import SessionKind
from domain.staff_problems import FreshCodeRequired, UserNotFound
from models import AccessToken, LedgerEntry, TotpSecret, User
from observability import security_log
from observability.security_log import SecurityEvent
from resolvers import access_revocation, idempotency, wallet
from resolvers.authorization import raise_forbidden
from resolvers.filters import Contains, Filter, Ids, OneOf, Range, columns_of
from resolvers.pagination import Direction, Page, PageRequest, read_page
from resolvers.sessions import Session
from resolvers.staff.staff_action import (
    StaffAction,
    lock_row,
    parse_reason,
    require_permission,
    staff_transaction,
)
from resolvers.wallet import BalanceTooLarge


@columns_of(User)
class UserOrderField(StrEnum):
    ID = "id"
    BALANCE = "balance"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"


@dataclass(frozen=True, kw_only=True)
class UserFilter(Filter[User]):
    """Criteria for users. Balances are Toman."""

    id: Ids | None = None
    role: OneOf[UserRole] | None = None
    is_active: bool | None = None
    mobile: Contains | None = None
    email: Contains | None = None
    balance: Range[int] | None = None
    created_at: Range[datetime] | None = None


@declares_problems(Forbidden, InvalidInput)
async def get_users_page(
    staff: Session, *, page: PageRequest, where: UserFilter, order_by: UserOrderField, direction: Direction
) -> Page[User]:
    """A page of all users.

    Raises:
        Forbidden: the role may not read other users' records.
        InvalidInput: a size out of range, or a cursor of another list.
    """
    await require_permission(staff, Permission.READ_USERS)
    return await read_page(lambda: where.apply(User.all()), page=page, by=order_by.value, direction=direction)


async def get_users_by_id(staff: Session, user_ids: Iterable[int]) -> dict[int, User]:
    """Users with these ids, in one statement.

    Raises:
        Forbidden: the role may not read other users' records.
    """
    await require_permission(staff, Permission.READ_USERS)
    return {user.id: user for user in await User.filter(id__in=list(user_ids))}


@declares_problems(Forbidden, FreshCodeRequired, InvalidInput, UserNotFound)
async def set_custom_rate(staff: Session, *, user_id: int, percent: int) -> User:
    """Give a user a discount of 0 to 100 percent on future orders.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this user.
        FreshCodeRequired: the session was not confirmed recently.
        InvalidInput: not a percentage.
        UserNotFound: there is none with this id.
    """
    if not 0 <= percent <= 100:
        raise InvalidInput(field="percent")
    async with staff_transaction(staff, Permission.DISCOUNT_USERS) as duty:
        user = await _lock_user(duty, user_id)
        before = {"custom_rate": user.custom_rate}
        user.custom_rate, user.updated_at = percent, duty.now
        await user.save(update_fields=["custom_rate", "updated_at"])
        after = {"custom_rate": percent}
        await duty.record(StaffAct.SET_CUSTOM_RATE, StaffSubject.USER, user.id, before=before, after=after)
        return user


@declares_problems(Forbidden, InvalidInput, UserNotFound)
async def set_user_active(staff: Session, *, user_id: int, is_active: bool, reason: str) -> User:
    """Block a user, which revokes all of their tokens and keys permanently, or unblock them.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this user; nobody can block themselves.
        InvalidInput: no reason.
        UserNotFound: there is none with this id.
    """
    reason = parse_reason(reason)
    # Serialized, as with roles: two owners who block each other at once must not leave none.
    async with (
        database.exclusive_transaction("roles"),
        staff_transaction(staff, Permission.BLOCK_USERS) as duty,
    ):
        user = await _lock_user(duty, user_id)
        _check_is_another(duty, user)
        before = {"is_active": user.is_active}
        user.is_active, user.updated_at = is_active, duty.now
        await user.save(update_fields=["is_active", "updated_at"])
        if not is_active:
            await access_revocation.revoke_access(user, now=duty.now, spares=access_revocation.KEPT_ON_BLOCK)
        await duty.record(
            StaffAct.SET_USER_ACTIVE,
            StaffSubject.USER,
            user.id,
            before=before,
            after={"is_active": is_active},
            reason=reason,
        )
    if is_active is not before["is_active"]:
        event = SecurityEvent.USER_UNBLOCKED if is_active else SecurityEvent.USER_BLOCKED
        security_log.record(event, user_id=user.id, actor_id=duty.actor.id)
    return user


@declares_problems(Forbidden, UserNotFound)
async def sign_out_user(staff: Session, *, user_id: int) -> User:
    """Revoke all of a user's tokens; a key of the reseller API stays valid.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this user.
        UserNotFound: there is none with this id.
    """
    async with staff_transaction(staff, Permission.SIGN_OUT_USERS) as duty:
        user = await _lock_user(duty, user_id)
        tokens = AccessToken.filter(user_id=user.id, revoked_at=None)
        open_tokens = await tokens.exclude(kind=SessionKind.SERVICE).count()
        await access_revocation.revoke_access(
            user, now=duty.now, spares=access_revocation.ALL_EXCEPT_SESSIONS
        )
        await duty.record(
            StaffAct.SIGN_OUT_USER,
            StaffSubject.USER,
            user.id,
            before={"tokens": open_tokens},
            after={"tokens": 0},
        )
    security_log.record(
        SecurityEvent.CREDENTIALS_ENDED, user_id=user.id, actor_id=duty.actor.id, reason="signed_out"
    )
    return user


@declares_problems(Forbidden, UserNotFound)
async def revoke_user_api_key(staff: Session, *, user_id: int) -> User:
    """Revoke a user's key for the reseller API.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this user.
        UserNotFound: there is none with this id.
    """
    async with staff_transaction(staff, Permission.SIGN_OUT_USERS) as duty:
        user = await _lock_user(duty, user_id)
        before = {"api_key_hash": user.api_key_hash}
        user.api_key_hash, user.updated_at = None, duty.now
        await user.save(update_fields=["api_key_hash", "updated_at"])
        after = {"api_key_hash": None}
        await duty.record(
            StaffAct.REVOKE_USER_API_KEY, StaffSubject.USER, user.id, before=before, after=after
        )
    security_log.record(SecurityEvent.API_KEY_REVOKED, user_id=user.id, actor_id=duty.actor.id)
    return user


@declares_problems(Forbidden, FreshCodeRequired, UserNotFound)
async def reset_totp(staff: Session, *, user_id: int) -> User:
    """Remove a colleague's lost authenticator app, and sign the colleague out.

    Raises:
        Forbidden: the role lacks the permission; nobody can reset their own.
        FreshCodeRequired: the session was not confirmed recently.
        UserNotFound: there is none with this id.
    """
    async with staff_transaction(staff, Permission.CHANGE_ROLES) as duty:
        user = await _lock_user(duty, user_id)
        _check_is_another(duty, user)
        forgotten = await TotpSecret.filter(user_id=user.id).delete()
        await access_revocation.revoke_access(
            user, now=duty.now, spares=access_revocation.ALL_EXCEPT_SESSIONS
        )
        before = {"totp_secret": "***" if forgotten else None}
        await duty.record(
            StaffAct.RESET_TOTP, StaffSubject.USER, user.id, before=before, after={"totp_secret": None}
        )
    security_log.record(SecurityEvent.TOTP_DISABLED, user_id=user.id, actor_id=duty.actor.id)
    return user


@declares_problems(Forbidden, FreshCodeRequired, UserNotFound)
async def set_user_role(staff: Session, *, user_id: int, role: UserRole) -> User:
    """Give a user a staff role or take it away; the user must sign in again, and not by OpenID.

    Raises:
        Forbidden: the role lacks the permission; nobody can change their own.
        FreshCodeRequired: the session was not confirmed recently.
        UserNotFound: there is none with this id.
    """
    # Serialized: two owners who demote each other at once must not leave the shop without one.
    async with (
        database.exclusive_transaction("roles"),
        staff_transaction(staff, Permission.CHANGE_ROLES) as duty,
    ):
        user = await _lock_user(duty, user_id)
        _check_is_another(duty, user)
        before = {"role": user.role}
        user.role, user.updated_at = role, duty.now
        await user.save(update_fields=["role", "updated_at"])
        if role is not before["role"]:
            await access_revocation.revoke_access(
                user, now=duty.now, spares=access_revocation.KEPT_ON_ROLE_CHANGE
            )
        await duty.record(
            StaffAct.SET_USER_ROLE, StaffSubject.USER, user.id, before=before, after={"role": role}
        )
    if role is not before["role"]:
        security_log.record(
            SecurityEvent.ROLE_CHANGED, user_id=user.id, actor_id=duty.actor.id, role=role.value
        )
    return user


@declares_problems(
    Forbidden, FreshCodeRequired, InvalidInput, UserNotFound, InsufficientBalance, IdempotencyKeyReused
)
async def adjust_balance(
    staff: Session, *, user_id: int, amount: int, reason: str, idempotency_key: str
) -> LedgerEntry:
    """Add `amount` Toman to a user's balance, or subtract it if negative; returns the ledger entry.

    Raises:
        Forbidden: the role lacks the permission, or may not act on this user.
        FreshCodeRequired: the session was not confirmed recently.
        InvalidInput: an amount of 0 or above the largest balance, no reason, or a malformed key.
        UserNotFound: there is none with this id.
        InsufficientBalance: the balance is lower than the amount to be taken.
        IdempotencyKeyReused: the key was used for a different request.
    """
    reason = parse_reason(reason)
    if not 1 <= abs(amount) <= MAX_AMOUNT:
        raise InvalidInput(field="amount")
    # Before the key is claimed: a refused caller must not leave a key behind.
    await require_permission(staff, Permission.ADJUST_BALANCES)

    async def adjust() -> LedgerEntry:
        async with staff_transaction(staff, Permission.ADJUST_BALANCES) as duty:
            user = await _lock_user(duty, user_id)
            cause = f"adjustment:{secrets.token_hex(16)}"
            try:
                entry = await wallet.adjust(user.id, Toman(amount), cause=cause, note=reason, now=duty.now)
            except BalanceTooLarge as error:
                raise InvalidInput(field="amount") from error
            await duty.record(
                StaffAct.ADJUST_BALANCE,
                StaffSubject.USER,
                user.id,
                before={"balance": entry.balance_after - amount},
                after={"balance": entry.balance_after},
                reason=reason,
            )
            return entry

    attempt = idempotency.request_for(adjust_balance, locals(), user=staff.user, key=idempotency_key)
    return await idempotency.run_once(attempt, adjust, load_result=_get_entry)


async def _get_entry(entry_id: int) -> LedgerEntry:
    return await LedgerEntry.get(id=entry_id)


async def _lock_user(duty: StaffAction, user_id: int) -> User:
    """The user, locked until the end of the transaction, on whom the staff member may act."""
    user = await lock_row(User, user_id, missing=UserNotFound)
    duty.check_may_act_on(user)
    return user


def _check_is_another(duty: StaffAction, user: User) -> None:
    if user.id == duty.actor.id:
        raise_forbidden(user.id, permission="act_on_oneself")
