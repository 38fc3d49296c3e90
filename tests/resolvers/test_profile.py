"""Users change their own profile."""

import asyncio
from typing import Any

import pytest
from argon2 import PasswordHasher

from domain.problems import EmailTaken, InvalidInput, MobileTaken
from models import User
from resolvers import profile
from resolvers.app_context import AppContext
from tests.fakes import TIMESTAMP, create_user


async def get_refused_field(app: AppContext, user: User, **changes: Any) -> str:
    """The field that a refused change is refused for."""
    with pytest.raises(InvalidInput) as refusal:
        await profile.update_profile(app, user, **changes)
    return refusal.value.field


async def test_only_provided_fields_change(app: AppContext) -> None:
    user = await create_user(email="sara@example.com")

    updated = await profile.update_profile(app, user, last_name="Karimi")

    stored = await User.get(id=user.id)
    assert (stored.first_name, stored.last_name, stored.email) == ("Sara", "Karimi", "sara@example.com")
    assert (updated.last_name, updated.mobile) == ("Karimi", user.mobile)
    assert stored.updated_at > TIMESTAMP
    assert stored.updated_at.microsecond == 0


async def test_an_empty_update_changes_nothing(app: AppContext) -> None:
    user = await create_user()

    updated = await profile.update_profile(app, user)

    assert updated.updated_at == TIMESTAMP


async def test_other_users_stay_as_they_are(app: AppContext) -> None:
    user, other = await create_user(), await create_user()

    await profile.update_profile(app, user, first_name="Mina", password="secret", email="mina@example.com")

    stored = await User.get(id=other.id)
    assert (stored.first_name, stored.email, stored.password_hash) == ("Sara", None, None)


async def test_nothing_is_saved_when_one_value_is_refused(app: AppContext) -> None:
    user = await create_user()

    assert await get_refused_field(app, user, first_name="Mina", email="no address") == "email"

    assert (await User.get(id=user.id)).first_name == "Sara"


@pytest.mark.parametrize("name", ["  padded ", "ا" * 100, "😀" * 100, "O'Neil <b>"])
async def test_a_name_may_have_up_to_a_hundred_characters_of_any_script(app: AppContext, name: str) -> None:
    user = await profile.update_profile(app, await create_user(), first_name=name)

    assert (await User.get(id=user.id)).first_name == name.strip()


@pytest.mark.parametrize("name", ["", " ", "a" * 101, "a\x00", "\ud800"], ids=ascii)
async def test_an_unacceptable_name_is_refused_by_its_field(app: AppContext, name: str) -> None:
    user = await create_user()

    assert await get_refused_field(app, user, first_name=name) == "firstName"
    assert await get_refused_field(app, user, last_name=name) == "lastName"


async def test_an_email_is_stored_in_lower_case(app: AppContext) -> None:
    user = await profile.update_profile(app, await create_user(), email=" Sara@Example.COM ")

    assert (await User.get(id=user.id)).email == "sara@example.com"


@pytest.mark.parametrize(
    "email",
    [
        "",
        "sara",
        "sara@",
        "@example.com",
        "sara@example",
        "a b@example.com",
        "a@b@example.com",
        "\x00@example.com",
        "\ud800@example.com",
        f"{'a' * 64}@{'b' * 178}.example.com",
        f"{'İ' * 60}@{'İ' * 100}.com",
    ],
    ids=ascii,
)
async def test_a_malformed_email_is_refused(app: AppContext, email: str) -> None:
    assert await get_refused_field(app, await create_user(), email=email) == "email"


@pytest.mark.parametrize("email", ["taken@example.com", "TAKEN@example.com"])
async def test_an_email_of_another_user_is_refused(app: AppContext, email: str) -> None:
    await create_user(email="taken@example.com")
    user = await create_user(email="own@example.com")

    with pytest.raises(EmailTaken):
        await profile.update_profile(app, user, first_name="Mina", email=email)

    stored = await User.get(id=user.id)
    assert (stored.first_name, stored.email) == ("Sara", "own@example.com")


async def test_a_user_may_give_their_own_email_again(app: AppContext) -> None:
    user = await create_user(email="own@example.com")

    assert (await profile.update_profile(app, user, email="Own@example.com")).email == "own@example.com"


async def test_of_many_users_who_take_an_email_at_once_one_gets_it(app: AppContext) -> None:
    users = [await create_user() for _ in range(6)]

    answers = await asyncio.gather(
        *(profile.update_profile(app, user, email="wanted@example.com") for user in users),
        return_exceptions=True,
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["EmailTaken"] * 5 + ["User"]
    assert await User.filter(email="wanted@example.com").count() == 1


async def test_a_new_mobile_is_stored_in_its_one_form_and_is_not_verified(app: AppContext) -> None:
    user = await profile.update_profile(app, await create_user(), mobile="+۹۸ ۹۱۲ ۲۲۲ ۲۲۲۲")

    stored = await User.get(id=user.id)
    assert (stored.mobile, stored.mobile_verified) == ("09122222222", False)


async def test_the_same_mobile_stays_verified(app: AppContext) -> None:
    user = await create_user(mobile="09121111111")

    updated = await profile.update_profile(app, user, mobile="+989121111111")

    assert (updated.mobile, updated.mobile_verified) == ("09121111111", True)


async def test_a_mobile_that_another_has_verified_is_refused(app: AppContext) -> None:
    await create_user(mobile="09122222222")
    user = await create_user(mobile="09121111111")

    with pytest.raises(MobileTaken):
        await profile.update_profile(app, user, mobile="۰۹۱۲۲۲۲۲۲۲۲")

    stored = await User.get(id=user.id)
    assert (stored.mobile, stored.mobile_verified) == ("09121111111", True)


async def test_a_mobile_that_another_only_claims_is_free_to_claim(app: AppContext) -> None:
    await create_user(mobile="09122222222", is_verified=False)

    updated = await profile.update_profile(app, await create_user(), mobile="09122222222")

    assert (updated.mobile, updated.mobile_verified) == ("09122222222", False)


@pytest.mark.parametrize("mobile", ["", "0912222222", "02122222222", "+1 912 222 2222", "mobile"])
async def test_a_malformed_mobile_is_refused(app: AppContext, mobile: str) -> None:
    assert await get_refused_field(app, await create_user(), mobile=mobile) == "mobile"


@pytest.mark.parametrize("password", ["x", "گذرواژه", "p" * 128])
async def test_a_password_is_stored_as_an_argon2id_hash_of_it(app: AppContext, password: str) -> None:
    user = await profile.update_profile(app, await create_user(), password=password)

    stored = (await User.get(id=user.id)).password_hash or ""
    assert stored.startswith("$argon2id$")
    assert PasswordHasher().verify(stored, password)


@pytest.mark.parametrize("password", ["", "p" * 129, "p\x00", "\ud800"], ids=ascii)
async def test_an_unacceptable_password_is_refused(app: AppContext, password: str) -> None:
    user = await create_user()

    assert await get_refused_field(app, user, password=password) == "password"

    assert (await User.get(id=user.id)).password_hash is None
