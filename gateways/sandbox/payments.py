"""A local payment gateway that simulates the whole payment flow without an account."""

import asyncio
import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from config.settings import Settings
from domain.money import Toman
from gateways.payments.gateway import CallbackFormat, PaymentPage, Verdict, Verification

PAGE_PATH = "/sandbox/payment"
_CARD = "603799******0000"
_BUSY_SECONDS = 10
_TABLE = """
CREATE TABLE IF NOT EXISTS payments (
    authority TEXT PRIMARY KEY,
    amount INTEGER NOT NULL,
    description TEXT NOT NULL,
    callback_url TEXT NOT NULL,
    is_decided INTEGER NOT NULL DEFAULT 0,
    paid INTEGER
)
"""


@dataclass(frozen=True, kw_only=True)
class SandboxPayment:
    """A payment at the simulated gateway; `paid` is the amount paid in Toman, None if unpaid."""

    authority: str
    amount: Toman
    description: str
    callback_url: str
    is_decided: bool
    paid: Toman | None


class SandboxPayments:
    """The simulated gateway. Its state is one SQLite file, shared by all processes of the machine.

    It moves no money: its page asks for the outcome and stores it.
    """

    name = "sandbox"
    callback = CallbackFormat(authority="Authority", status="Status", success="OK")

    def __init__(self, file: Path, *, public_url: str) -> None:
        self._file = file
        self._public_url = public_url

    @classmethod
    def from_settings(cls, settings: Settings, client: httpx.AsyncClient) -> Self | None:
        """The gateway, or None if the shop takes real money."""
        if not settings.takes_sandbox_payments:
            return None
        return cls(settings.data_folder / "sandbox.sqlite3", public_url=settings.effective_public_url)

    async def open(
        self, *, payment_id: int, amount: Toman, callback_url: str, description: str, mobile: str | None
    ) -> PaymentPage:
        """Open a payment on the shop's own page."""
        # 36 characters that begin with S, as Zarinpal's sandbox has them.
        authority = f"S{secrets.token_hex(18)[:35]}"
        await self._run(
            "INSERT INTO payments (authority, amount, description, callback_url) VALUES (?, ?, ?, ?)",
            (authority, amount, f"{description} ({payment_id})", callback_url),
        )
        return PaymentPage(authority=authority, url=f"{self._public_url}{PAGE_PATH}/{authority}")

    async def verify(self, *, authority: str, amount: Toman) -> Verification:
        """The outcome chosen on the page."""
        payment = await self.find(authority)
        if payment is None or payment.paid is None:
            return Verification(verdict=Verdict.UNPAID)
        if payment.paid != amount:
            return Verification(verdict=Verdict.AMOUNT_DIFFERS)
        return Verification(verdict=Verdict.PAID, reference=authority[1:13], card_mask=_CARD)

    async def find(self, authority: str) -> SandboxPayment | None:
        rows = await self._run(
            "SELECT authority, amount, description, callback_url, is_decided, paid"
            " FROM payments WHERE authority = ?",
            (authority,),
        )
        if not rows:
            return None
        found, amount, description, callback_url, is_decided, paid = rows[0]
        return SandboxPayment(
            authority=found,
            amount=Toman(amount),
            description=description,
            callback_url=callback_url,
            is_decided=bool(is_decided),
            paid=None if paid is None else Toman(paid),
        )

    async def decide(self, authority: str, *, paid: Toman | None) -> None:
        """Store the amount paid, None for nothing; the first decision is final."""
        await self._run(
            "UPDATE payments SET is_decided = 1, paid = ? WHERE authority = ? AND NOT is_decided",
            (paid, authority),
        )

    async def _run(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        return await asyncio.to_thread(self._run_blocking, statement, values)

    def _run_blocking(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._file, timeout=_BUSY_SECONDS)) as session, session:
            session.execute(_TABLE)
            return session.execute(statement, values).fetchall()
