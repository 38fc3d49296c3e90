"""STAND-IN, to be deleted."""
import asyncio, socket, threading, time
from types import SimpleNamespace
from collections.abc import AsyncIterator
import pytest, strawberry, uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
from strawberry.asgi import GraphQL
from playground import page

@strawberry.type
class Category:
    id: strawberry.ID
    name: str
@strawberry.type
class User:
    id: strawberry.ID
    mobile: str
@strawberry.type
class Query:
    @strawberry.field
    def categories(self) -> list[Category]:
        return [Category(id=str(i), name="توییتر" if i == 21 else f"c{i}") for i in range(30)]
    @strawberry.field
    def me(self, info: strawberry.Info) -> User | None:
        if info.context["request"].headers.get("authorization") == "Bearer aaa.bbb-_.ccc":
            return User(id="176", mobile="09011235566")
        return None
@strawberry.type
class Subscription:
    @strawberry.subscription
    async def tick(self, info: strawberry.Info) -> AsyncIterator[str]:
        yield f"auth={info.context.get('connection_params')}"
        await asyncio.sleep(0.3)
        yield "second"

@pytest.fixture(scope="session")
def live_server():
    gql = GraphQL(strawberry.Schema(Query, subscription=Subscription), graphql_ide=None)
    async def get(request): return page.page()
    app = Starlette(routes=[Route("/graphql", get, methods=["GET"]), Mount("/graphql/assets", page.assets()), Route("/graphql", gql), WebSocketRoute("/graphql", gql)])
    s = socket.socket(); s.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    threading.Thread(target=server.run, args=([s],), daemon=True).start()
    while not server.started: time.sleep(0.05)
    yield SimpleNamespace(url=f"http://127.0.0.1:{s.getsockname()[1]}")
    server.should_exit = True

@pytest.fixture(scope="session")
def demo_token(): return "aaa.bbb-_.ccc"
