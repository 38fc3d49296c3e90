"""A shop whose providers are fakes in memory."""

import pytest
from jinja2.bccache import Bucket, BytecodeCache
from starlette_admin.base import BaseAdmin

from resolvers.app_context import AppContext
from tests.fake_providers import FakeProviders
from tests.fakes import RecordingSms, build_app
from tests.fixtures import build_settings


class _CompiledTemplates(BytecodeCache):
    """Every test has an application of its own; its pages' templates are compiled once."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = _CompiledTemplates()


@pytest.fixture(autouse=True)
def compiled_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up = BaseAdmin._setup_templates

    def with_compiled(admin: BaseAdmin) -> None:
        set_up(admin)
        admin.templates.env.bytecode_cache = _COMPILED

    monkeypatch.setattr(BaseAdmin, "_setup_templates", with_compiled)


@pytest.fixture
def fake_providers() -> FakeProviders:
    return FakeProviders()


@pytest.fixture
def app(db: str, sms: RecordingSms, fake_providers: FakeProviders) -> AppContext:
    """A shop over an empty database, with `fake_providers` upstream."""
    return build_app(build_settings(db), sms, providers=fake_providers)
