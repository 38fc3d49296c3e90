"""A shop whose providers are fakes in memory."""

import pytest

from models import Provider
from resolvers.app_context import AppContext
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, build_app
from tests.fixtures import build_settings
from tests.resolvers.provider_factories import create_provider


@pytest.fixture
def fake_providers() -> FakeProviders:
    return FakeProviders()


@pytest.fixture
def app(db: str, sms: RecordingSms, fake_providers: FakeProviders) -> AppContext:
    """A shop over an empty database, with `fake_providers` upstream."""
    return build_app(build_settings(db), sms, providers=fake_providers)


@pytest.fixture
async def provider(app: AppContext) -> Provider:
    return await create_provider()
