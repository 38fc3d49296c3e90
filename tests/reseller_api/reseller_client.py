"""A reseller's program, which calls the API with its key."""

from dataclasses import dataclass
from typing import Any

import httpx

from models import User
from resolvers import api_keys
from tests.fakes import create_user

URL = "/api/v2"


@dataclass(frozen=True)
class Reseller:
    """A user with an API key."""

    client: httpx.AsyncClient
    user: User
    key: str

    @classmethod
    async def with_wallet(cls, client: httpx.AsyncClient, *, balance: int) -> "Reseller":
        user = await create_user(balance=balance)
        return cls(client, user, await api_keys.rotate_api_key(user))

    async def send(self, action: str, **fields: object) -> httpx.Response:
        """The answer to a form, as panels send it."""
        return await self.client.post(URL, data={"key": self.key, "action": action, **fields})

    async def call(self, action: str, **fields: object) -> Any:
        """The body of the answer, which always comes with HTTP 200."""
        answer = await self.send(action, **fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def balance(self) -> int:
        return int((await User.get(id=self.user.id)).balance)
