"""What operations need from outside their arguments."""

from dataclasses import dataclass

from config.settings import Settings
from domain.tokens import TokenKeys
from gateways.sms import SmsOutbox


@dataclass(frozen=True)
class Shop:
    """One installation: its settings, its keys and its gateways."""

    settings: Settings
    tokens: TokenKeys
    login_code_key: bytes
    sms: SmsOutbox
