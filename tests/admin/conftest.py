"""A shop whose providers are a stand-in in memory."""

import pytest

from config.settings import Settings
from resolvers.shop import Shop
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, new_shop


@pytest.fixture
def panels() -> FakeProviders:
    return FakeProviders()


@pytest.fixture
def shop(db: str, sms: RecordingSms, panels: FakeProviders) -> Shop:
    """A shop over an empty database, with `panels` upstream."""
    return new_shop(Settings(database_url=db), sms, providers=panels)
