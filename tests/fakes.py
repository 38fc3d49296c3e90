"""Stateful stand-ins for the outside world, and makers of records."""

from datetime import UTC, datetime
from functools import cache
from itertools import count

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from config.settings import Settings
from domain.tokens import TokenKeys
from gateways.sms import SmsOutbox
from models import User
from resolvers.shop import Shop

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = count(1)


class RecordingSms:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def send_login_code(self, *, mobile: str, code: str) -> None:
        self.sent.append((mobile, code))


@cache
def key_pem() -> bytes:
    """One RSA key for the whole run: making one takes a moment."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def new_shop(settings: Settings, sms: RecordingSms) -> Shop:
    return Shop(
        settings=settings, tokens=TokenKeys([key_pem()]), login_code_key=b"test key", sms=SmsOutbox(sms)
    )


async def create_user(
    *, mobile: str | None = None, email: str | None = None, is_verified: bool = True
) -> User:
    number = mobile or f"0912{next(_numbers):07d}"
    return await User.create(
        mobile=number,
        email=email,
        mobile_verified=is_verified,
        first_name="Sara",
        created_at=MOMENT,
        updated_at=MOMENT,
    )
