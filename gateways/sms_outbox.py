"""Sends login codes and notices by SMS in the background."""

import asyncio
import contextvars
import logging
import traceback
from collections.abc import Callable, Coroutine
from datetime import timedelta

from domain import mobiles
from domain.enums import SmsDelivery, SmsNotice
from gateways.errors import GatewayError, GatewayRateLimited, GatewayRejected, GatewayUnavailable
from gateways.sms import SmsGateway, TemplateMissing
from observability import metrics, request_ids

logger = logging.getLogger("vitrin.sms")

# Half of httpx's 100 connections: a hanging SMS service must leave room for payments. With fifteen seconds
# each, 400 messages, 50 at a time, are also finished before a code expires after two minutes.
MAX_SENDING = 50
MAX_PENDING = 400

DeliveryReport = Callable[[SmsDelivery], Coroutine[None, None, None]]
Send = Callable[[SmsGateway], Coroutine[None, None, None]]


class SmsOutbox:
    """Sends in the background, in the order of requests, and stores nothing.

    A sign-in must take as long for an unknown user as for a known one, so it never waits for the SMS. A
    message that `gateway` refuses is passed to `fallback`, if there is one. If it was certainly not sent, the
    same gateway is tried once more.
    """

    def __init__(
        self,
        gateway: SmsGateway,
        fallback: SmsGateway | None = None,
        *,
        max_sending: int = MAX_SENDING,
        max_pending: int = MAX_PENDING,
    ) -> None:
        self._gateways = (gateway,) if fallback is None else (gateway, fallback)
        self._max_pending = max_pending
        self._slots = asyncio.Semaphore(max_sending)
        # The event loop holds only weak references to tasks; this set keeps them from being garbage
        # collected.
        self._tasks: set[asyncio.Task[None]] = set()

    def send_login_code_later(self, *, mobile: str, code: str, report: DeliveryReport | None = None) -> None:
        """Start sending and return immediately; call it after the commit that stores the code.

        `report` is called with the delivery result, outside any transaction of the caller's. A failure is
        logged, as is a message dropped because `max_pending` others are waiting.
        """
        self._send_later(
            "login code", mobile, lambda gateway: gateway.send_login_code(mobile=mobile, code=code), report
        )

    def send_notice_later(self, *, mobile: str, notice: SmsNotice, detail: str) -> None:
        """The same for a notice; a failure is only logged."""
        self._send_later(
            f"notice {notice}",
            mobile,
            lambda gateway: gateway.send_notice(mobile=mobile, notice=notice, detail=detail),
            None,
        )

    def _send_later(self, what: str, mobile: str, send: Send, report: DeliveryReport | None) -> None:
        is_dropped = len(self._tasks) >= self._max_pending
        if is_dropped:
            metrics.SMS.labels("dropped").inc()
            logger.error(
                "sms dropped, queue full: kind=%s mobile=%s waiting=%d",
                what,
                mobiles.mask(mobile),
                len(self._tasks),
            )
            if report is None:
                return
        # A fresh context: Tortoise keeps a transaction's connection in a contextvar, and a task that inherits
        # it would use that connection after its transaction has ended.
        context = contextvars.Context()
        context.run(request_ids.set_current, request_ids.get_current())
        title = f"{what} for {mobiles.mask(mobile)}"
        work = report(SmsDelivery.REFUSED) if is_dropped and report else self._send(title, send, report)
        task = asyncio.create_task(_log_failure(work), context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, max_wait: timedelta) -> None:
        """Wait for the messages being sent, then cancel the remaining ones.

        For shutdown, when no request is running any more: messages started meanwhile are not awaited.
        """
        if not self._tasks:
            return
        _, unfinished = await asyncio.wait(self._tasks, timeout=max_wait.total_seconds())
        if not unfinished:
            return
        metrics.SMS.labels("cancelled").inc(len(unfinished))
        logger.error("sms cancelled by shutdown: count=%d", len(unfinished))
        for task in unfinished:
            task.cancel()
        await asyncio.wait(unfinished)

    async def _send(self, title: str, send: Send, report: DeliveryReport | None) -> None:
        async with self._slots:
            delivery = await self._deliver(title, send)
        metrics.SMS.labels("sent" if delivery is SmsDelivery.SENT else "failed").inc()
        if report is not None:
            await report(delivery)

    async def _deliver(self, title: str, send: Send) -> SmsDelivery:
        outcomes = []
        for gateway in self._gateways:
            outcome = await _try_gateway(gateway, title, send)
            if outcome is SmsDelivery.SENT:
                return outcome
            outcomes.append(outcome)
        return SmsDelivery.UNKNOWN if SmsDelivery.UNKNOWN in outcomes else SmsDelivery.REFUSED


async def _try_gateway(gateway: SmsGateway, title: str, send: Send) -> SmsDelivery:
    for is_last_try in (False, True):
        try:
            await send(gateway)
            return SmsDelivery.SENT
        except TemplateMissing as error:
            logger.warning("sms not sent: %s, setting %s is not set", title, error)
            return SmsDelivery.REFUSED
        except GatewayError as error:
            logger.error("sms not sent: %s error=%s: %s", title, type(error).__name__, error)
            if isinstance(error, GatewayRejected | GatewayRateLimited):
                return SmsDelivery.REFUSED
            if not isinstance(error, GatewayUnavailable) or error.request_sent:
                return SmsDelivery.UNKNOWN
            if is_last_try:
                return SmsDelivery.REFUSED
        except Exception as error:
            # Frames only: the message of an unexpected error may contain the code.
            frames = "".join(traceback.format_tb(error.__traceback__))
            logger.error("sms not sent: %s error=%s\n%s", title, type(error).__name__, frames)
            return SmsDelivery.UNKNOWN
    raise AssertionError("unreachable: the last try returns")


async def _log_failure(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except Exception:
        logger.exception("recording the delivery of a login code failed")
