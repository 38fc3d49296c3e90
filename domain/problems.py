"""Every refusal that callers should expect (a problem, in the term of RFC 9457).

A problem is a fact with its numbers and a stable code. It knows no HTTP status and no
sentence: each door words it for its own clients.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, TypeVar

Operation = TypeVar("Operation", bound=Callable[..., object])


class ProblemCode(StrEnum):
    """Stable codes of all problems; clients may branch on them."""

    INVALID_INPUT = "invalid_input"
    MALFORMED_USERNAME = "malformed_username"
    UNKNOWN_USER = "unknown_user"
    WRONG_LOGIN_CODE = "wrong_login_code"
    TOO_MANY_CODES = "too_many_codes"
    MOBILE_TAKEN = "mobile_taken"
    EMAIL_TAKEN = "email_taken"
    TICKET_NOT_FOUND = "ticket_not_found"
    ORDER_NOT_FOUND = "order_not_found"
    FORBIDDEN = "forbidden"


@dataclass(kw_only=True, eq=False)
class Problem(Exception):
    """An expected refusal. Not frozen: Python writes the traceback into a raised exception."""

    code: ClassVar[ProblemCode]


@dataclass(kw_only=True, eq=False)
class InvalidInput(Problem):
    """The value of one field is not acceptable; `field` is its GraphQL name."""

    code = ProblemCode.INVALID_INPUT
    field: str


@dataclass(kw_only=True, eq=False)
class MalformedUsername(Problem):
    """The username is neither an e-mail address nor an Iranian mobile number."""

    code = ProblemCode.MALFORMED_USERNAME


@dataclass(kw_only=True, eq=False)
class UnknownUser(Problem):
    """The username is well formed but could never log in."""

    code = ProblemCode.UNKNOWN_USER


@dataclass(kw_only=True, eq=False)
class WrongLoginCode(Problem):
    """The code is wrong, used, void or expired."""

    code = ProblemCode.WRONG_LOGIN_CODE


@dataclass(kw_only=True, eq=False)
class TooManyCodes(Problem):
    """A limit on sending login codes is reached; `retry_after` is an upper bound of the wait."""

    code = ProblemCode.TOO_MANY_CODES
    retry_after: timedelta


@dataclass(kw_only=True, eq=False)
class MobileTaken(Problem):
    """Another user has verified this mobile number."""

    code = ProblemCode.MOBILE_TAKEN


@dataclass(kw_only=True, eq=False)
class EmailTaken(Problem):
    """Another user has this e-mail address."""

    code = ProblemCode.EMAIL_TAKEN


@dataclass(kw_only=True, eq=False)
class TicketNotFound(Problem):
    """There is no such ticket."""

    code = ProblemCode.TICKET_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class OrderNotFound(Problem):
    """There is no such order."""

    code = ProblemCode.ORDER_NOT_FOUND


@dataclass(kw_only=True, eq=False)
class Forbidden(Problem):
    """The record is another user's."""

    code = ProblemCode.FORBIDDEN


def refuses(*problems: type[Problem]) -> Callable[[Operation], Operation]:
    """Declare which problems an operation raises; doors build their unions and tables from it."""

    def declare(operation: Operation) -> Operation:
        operation.__dict__["problems"] = problems
        return operation

    return declare


def problems_of(operation: Callable[..., object]) -> tuple[type[Problem], ...]:
    """The problems that `refuses` declared for `operation`; none where it declared none."""
    declared: tuple[type[Problem], ...] = operation.__dict__.get("problems", ())
    return declared
