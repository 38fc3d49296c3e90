"""API keys for resellers' programs."""

import secrets

import database
from auth.key_hashing import hash_key
from domain import text_cleaning
from models import User
from observability import security_log
from observability.security_log import SecurityEvent

_PREFIX = "vt_"
_RANDOM_BYTES = 24


async def rotate_api_key(user: User) -> str:
    """Issue a new API key and revoke the previous one. Only its hash is stored, so the key is shown once."""
    key = _PREFIX + secrets.token_hex(_RANDOM_BYTES)
    await User.filter(id=user.id).update(api_key_hash=hash_key(key), updated_at=await database.now())
    security_log.record(SecurityEvent.API_KEY_CREATED, user_id=user.id)
    return key


async def revoke_api_key(user: User) -> None:
    """Revoke the user's API key, if there is one."""
    await User.filter(id=user.id).update(api_key_hash=None, updated_at=await database.now())
    security_log.record(SecurityEvent.API_KEY_REVOKED, user_id=user.id)


async def get_user_by_key(key: str) -> User | None:
    """The user who holds `key`; None if nobody does or the user is blocked.

    The lookup is by hash, so its timing reveals nothing about a nearly correct key.
    """
    return await User.get_or_none(api_key_hash=hash_key(text_cleaning.clean_key(key)), is_active=True)
