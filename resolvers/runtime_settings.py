"""The current settings: the environment's, overridden by those that staff changed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from config.settings import Settings
from domain.runtime_settings import RunningSetting, Value
from models import SettingOverride

_CACHE_SECONDS = timedelta(seconds=2)


@dataclass
class RuntimeSettings:
    """The overrides as this process last read them; they are reloaded after two seconds."""

    _values: Mapping[RunningSetting, Value] = field(default_factory=dict)
    _old_at_seconds: float = 0

    async def apply_to(self, settings: Settings) -> Settings:
        """`settings` with the overrides."""
        if time.monotonic() >= self._old_at_seconds:
            values = await load_overrides()
            self._values, self._old_at_seconds = values, time.monotonic() + _CACHE_SECONDS.total_seconds()
        if not self._values:
            return settings
        return settings.model_copy(update={name.value: value for name, value in self._values.items()})

    def invalidate(self) -> None:
        """Reload at the next use."""
        self._old_at_seconds = 0


async def load_overrides() -> Mapping[RunningSetting, Value]:
    """The overrides stored in the database."""
    return {row.name: convert(row.name, row.value) for row in await SettingOverride.all()}


def convert(name: RunningSetting, value: int) -> Value:
    """A stored value converted to its setting's type."""
    return bool(value) if name is RunningSetting.REFUSE_DUPLICATE_ORDERS else value


def get_values(settings: Settings) -> dict[RunningSetting, Value]:
    """Each setting that staff may change, with its value in `settings`."""
    return {name: getattr(settings, name.value) for name in RunningSetting}
