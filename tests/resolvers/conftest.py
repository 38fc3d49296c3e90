"""A shop whose providers are a stand-in in memory."""

import pytest

from models import Provider
from resolvers.shop import Shop
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, new_shop
from tests.fixtures import settings_of
from tests.resolvers.provider_records import create_provider


@pytest.fixture
def panels() -> FakeProviders:
    return FakeProviders()


@pytest.fixture
def shop(db: str, sms: RecordingSms, panels: FakeProviders) -> Shop:
    """A shop over an empty database, with `panels` upstream."""
    return new_shop(settings_of(db), sms, providers=panels)


@pytest.fixture
async def provider(shop: Shop) -> Provider:
    return await create_provider()
