"""The migration's steps bring what is stored already to its normal form."""

from types import SimpleNamespace
from typing import Any

import pytest

import database
from database.migration_operations.text_normalization import HashLinks, NormalizeEmails
from domain import links
from models import Order, User
from tests.fakes import create_user
from tests.resolvers.factories import create_order, create_service

pytestmark = pytest.mark.both_databases


def editor() -> Any:
    """What a step needs of a schema editor."""
    return SimpleNamespace(client=database.connection())


async def test_every_stored_link_gets_the_hash_of_its_normal_form(db: str) -> None:
    buyer, service = await create_user(), await create_service()
    spellings = ("https://instagram.com/p/x", "HTTP://www.instagram.com/p/x/", "@Sara", "")
    orders = [await create_order(buyer, service, link=link) for link in spellings]
    await Order.all().update(link_hash=None)

    await HashLinks()._run_sql(editor(), [])

    hashes = [(await Order.get(id=order.id)).link_hash for order in orders]
    assert hashes == [links.hash_link(link) for link in spellings]
    assert hashes[0] == hashes[1]


async def test_e_mail_addresses_are_normalized_unless_the_form_is_another_user_s(db: str) -> None:
    spellings = (
        "jose\u0301@example.com",
        "a@xn--mgbh0fb.com",
        "no address",
        "café@example.com",
        "cafe\u0301@example.com",
    )
    users = [await create_user() for _ in spellings]
    for user, spelling in zip(users, spellings, strict=True):
        await User.filter(id=user.id).update(email=spelling)

    await NormalizeEmails()._run_sql(editor(), [])

    stored = [(await User.get(id=user.id)).email for user in users]
    assert stored == ["josé@example.com", "a@مثال.com", *spellings[2:]]
