"""What deploy/ hands to the product is what the product knows."""

import re

from config.settings import described_settings
from tests.live_servers import ROOT

_SETTING = re.compile(r"^(?:Environment=)?([A-Z][A-Z_]+)=", re.MULTILINE)


def test_the_example_of_settings_names_only_settings_and_all_that_production_asks_for() -> None:
    named = set(_SETTING.findall((ROOT / "deploy" / "shop.env.example").read_text(encoding="utf-8")))
    assert named <= {name for name, _, _ in described_settings()}
    asked = "PUBLIC_URL DATABASE_URL JWT_KEY_FILES LOGIN_CODE_KEY SMS_GATEWAY PAYMENT_GATEWAY TRUSTED_PROXIES"
    assert set(asked.split()) <= named
