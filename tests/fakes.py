"""Stateful fakes of external services, and factories of records."""

import asyncio
from datetime import UTC, datetime
from functools import cache
from itertools import count

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auth.tokens import TokenKeys
from config.quota_settings import QuotaSettings
from config.settings import Settings
from domain.enums import LedgerKind, SmsNotice
from domain.money import Toman
from gateways.errors import GatewayError
from gateways.payments.gateway import PaymentGateway, PaymentPage, Verdict, Verification
from gateways.providers import ProviderApi
from gateways.sms_outbox import SmsOutbox
from models import User
from resolvers import quotas, wallet
from resolvers.app_context import AppContext
from tests.fake_providers import FakeProviders

TIMESTAMP = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = count(1)


class RecordingSms:
    """Keeps what was sent; raises `fail_with` instead while there is one."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.notices: list[tuple[str, SmsNotice, str]] = []
        self.fail_with: GatewayError | None = None

    async def send_login_code(self, *, mobile: str, code: str) -> None:
        if self.fail_with is not None:
            raise self.fail_with
        self.sent.append((mobile, code))

    async def send_notice(self, *, mobile: str, notice: SmsNotice, detail: str) -> None:
        if self.fail_with is not None:
            raise self.fail_with
        self.notices.append((mobile, notice, detail))


@cache
def key_pem() -> bytes:
    """One RSA key for the whole run, because generating one is slow."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@cache
def token_keys() -> TokenKeys:
    """One for all: reading a key takes longer than most tests."""
    return TokenKeys([key_pem()])


class FakePayments:
    """A gateway in memory. Tests say what payers did; `fail_next` makes the next call fail."""

    name = "sandbox"

    def __init__(self) -> None:
        self.opened: dict[str, Toman] = {}
        self.paid: dict[str, Toman] = {}
        self.verified = 0
        self.fail_next: GatewayError | None = None

    def pay(self, authority: str, amount: Toman | None = None) -> None:
        """The payer pays the requested amount, or another if given."""
        self.paid[authority] = self.opened[authority] if amount is None else amount

    async def open(
        self, *, payment_id: int, amount: Toman, callback_url: str, description: str, mobile: str | None
    ) -> PaymentPage:
        self._fail()
        authority = f"S{payment_id:035d}"
        self.opened[authority] = amount
        return PaymentPage(authority=authority, url=f"https://bank.example/{authority}")

    async def verify(self, *, authority: str, amount: Toman) -> Verification:
        self._fail()
        self.verified += 1
        # A real gateway takes time, during which other confirmations run.
        await asyncio.sleep(0)
        paid = self.paid.get(authority)
        if paid is None:
            return Verification(verdict=Verdict.UNPAID)
        if paid != amount:
            return Verification(verdict=Verdict.AMOUNT_DIFFERS)
        return Verification(verdict=Verdict.PAID, reference="201", card_mask="502229******5995")

    def _fail(self) -> None:
        if self.fail_next is not None:
            failure, self.fail_next = self.fail_next, None
            raise failure


GENEROUS_QUOTAS = QuotaSettings.model_construct(
    **dict.fromkeys(QuotaSettings.model_fields, "1000000000/minute")  # type: ignore[arg-type] # of the fields
)


def lift_quotas() -> None:
    """Let users of tests do in seconds what the quotas allow in an hour."""
    quotas.configure(GENEROUS_QUOTAS)


def build_app(
    settings: Settings,
    sms: RecordingSms,
    payments: PaymentGateway | None = None,
    providers: ProviderApi | None = None,
    worker_name: str = "worker",
) -> AppContext:
    gateway, fake_providers = payments or FakePayments(), providers or FakeProviders()
    return AppContext(
        settings=settings,
        tokens=token_keys(),
        login_code_key=b"test key",
        sms=SmsOutbox(sms),
        payments={gateway.name: gateway},
        providers=fake_providers,
        sandbox_providers=fake_providers,
        worker_name=worker_name,
    )


async def create_user(
    *, mobile: str | None = None, email: str | None = None, is_verified: bool = True, balance: int = 0
) -> User:
    """A user; a balance is opened by its ledger entry, as an import would."""
    number = mobile or f"0912{next(_numbers):07d}"
    user = await User.create(
        mobile=number,
        email=email,
        mobile_verified=is_verified,
        first_name="Sara",
        created_at=TIMESTAMP,
        updated_at=TIMESTAMP,
    )
    if balance:
        await wallet.credit(
            user.id, Toman(balance), kind=LedgerKind.OPENING, cause=f"user:{user.id}", now=TIMESTAMP
        )
        await user.refresh_from_db()
    return user
