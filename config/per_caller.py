"""Settings that depend on the kind of caller."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator
from pydantic_settings import NoDecode


class CallerKind(StrEnum):
    ANONYMOUS = "anonymous"
    USER = "user"
    STAFF = "staff"


@dataclass(frozen=True)
class PerCaller:
    """A number of 1 or more for each kind of caller; as text `anonymous,user,staff`."""

    anonymous: int
    user: int
    staff: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse three numbers, or one for all.

        Raises:
            ValueError: `text` is neither.
        """
        parts = [part.strip() for part in text.split(",")]
        if len(parts) not in {1, 3} or not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError("must be one whole number, or three for anonymous,user,staff")
        anonymous, user, staff = (int(part[:10]) for part in (parts if len(parts) == 3 else parts * 3))
        if min(anonymous, user, staff) < 1:
            raise ValueError("each number must be at least 1")
        return cls(anonymous, user, staff)

    def get(self, kind: CallerKind) -> int:
        return {
            CallerKind.ANONYMOUS: self.anonymous,
            CallerKind.USER: self.user,
            CallerKind.STAFF: self.staff,
        }[kind]

    def __str__(self) -> str:
        return f"{self.anonymous},{self.user},{self.staff}"


def _parse_if_text(value: object) -> object:
    return PerCaller.parse(value) if isinstance(value, str) else value


PerCallerSetting = Annotated[PerCaller, NoDecode, BeforeValidator(_parse_if_text)]
