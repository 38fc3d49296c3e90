"""API keys: made by a CSPRNG, kept as a hash, found by it, and ended at once."""

import hashlib
import re

import pytest

from models import User
from resolvers import api_keys
from tests.fakes import create_user


async def test_a_key_is_random_and_only_its_hash_is_kept(db: str) -> None:
    user = await create_user()
    key = await api_keys.rotate_api_key(user)
    stored = await User.get(id=user.id).values()
    assert re.fullmatch(r"vt_[0-9a-f]{48}", key)
    assert stored["api_key_hash"] == hashlib.sha256(key.encode()).hexdigest()
    assert key not in str(stored)


async def test_a_key_is_its_user_s_until_the_next_one(db: str) -> None:
    user, other = await create_user(), await create_user()
    first, foreign = await api_keys.rotate_api_key(user), await api_keys.rotate_api_key(other)
    second = await api_keys.rotate_api_key(user)
    assert await api_keys.get_user_by_key(first) is None
    assert await api_keys.get_user_by_key(second) == user
    assert await api_keys.get_user_by_key(foreign) == other


async def test_a_revoked_key_has_no_user(db: str) -> None:
    user = await create_user()
    key = await api_keys.rotate_api_key(user)
    await api_keys.revoke_api_key(user)
    await api_keys.revoke_api_key(user)
    assert await api_keys.get_user_by_key(key) is None


async def test_a_blocked_user_s_key_does_not_count_while_the_user_is_blocked(db: str) -> None:
    user = await create_user()
    key = await api_keys.rotate_api_key(user)
    await User.filter(id=user.id).update(is_active=False)
    assert await api_keys.get_user_by_key(key) is None
    await User.filter(id=user.id).update(is_active=True)
    assert await api_keys.get_user_by_key(key) == user


@pytest.mark.parametrize("key", ["", "vt_", "None", "x" * 200_000, "' OR 1=1 --"])
async def test_a_text_that_is_not_a_key_has_no_user(key: str, db: str) -> None:
    await create_user()
    assert await api_keys.get_user_by_key(key) is None


async def test_a_stored_hash_is_not_a_key(db: str) -> None:
    user = await create_user()
    await api_keys.rotate_api_key(user)
    stored = (await User.get(id=user.id)).api_key_hash
    assert await api_keys.get_user_by_key(stored or "") is None
