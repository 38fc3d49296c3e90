"""Looking at the staff's pages without a browser: signed in, with the forms' token."""

import re
from collections.abc import Mapping
from html import unescape

import httpx

import database
from models import User
from resolvers import sessions
from resolvers.app_context import AppContext

CSRF = "starlette_admin_csrftoken"


class StaffClient:
    """A client of the pages, signed in as `user`."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    @classmethod
    async def create(
        cls, app: AppContext, client: httpx.AsyncClient, user: User, *, language: str = "en"
    ) -> "StaffClient":
        token, _ = await sessions.issue_staff_session(app, user, now=await database.now())
        client.cookies.clear()
        client.cookies.set("staff", token)
        client.cookies.set("language", language)
        return cls(client)

    async def get(self, path: str, **query: str | int) -> httpx.Response:
        return await self.client.get(f"/admin{path}", params=query)

    async def post(self, path: str, form: Mapping[str, str], **query: str | int) -> httpx.Response:
        """Send a form with the token that pages put into it."""
        if self._csrf is None:
            await self.get("/login")
        sent = {**form, "csrftoken": (self._csrf or "").strip('"')}
        return await self.client.post(f"/admin{path}", params=query, data=sent)

    @property
    def _csrf(self) -> str | None:
        cookies = self.client.cookies
        return cookies.get(CSRF) or cookies.get("__Host-csrf")

    async def run_action(self, key: str, pk: int, name: str, **form: str) -> httpx.Response:
        """Press a record's button and submit the fields of its dialog."""
        return await self.post(f"/_api/{key}/row-action", form, pk=pk, name=name)

    async def list_buttons(self, key: str, pk: int) -> set[str]:
        """The actions on a record's page."""
        page = await self.get(f"/{key}/detail", pk=pk)
        assert page.status_code == 200, page.text
        return set(re.findall(r'data-sa-name="([^"]+)"', page.text))


def get_message(answer: httpx.Response) -> str:
    """The text of a page, without its tags."""
    return unescape(re.sub(r"<[^>]+>", " ", answer.text))
