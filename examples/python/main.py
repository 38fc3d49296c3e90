"""Signs in, walks a part of the catalogue, orders the cheapest service in it and follows the order.

python main.py [address of the shop] [mobile]
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from uuid import uuid4

from shop_client import CreateOrderInput, OrderUpdated, ShopClient
from shop_client.create_order import CreateOrderCreateOrderOrder
from shop_client.request_login_code import RequestLoginCodeRequestLoginCodeLoginCodeSent
from shop_client.services import ServicesServicesEdgesNode as Service
from shop_client.verify_login_code import VerifyLoginCodeVerifyLoginCodeSession

LINK = "https://instagram.com/p/CA2"


def client_of(url: str, token: str | None = None) -> ShopClient:
    """The shop; signed in, if there is a token."""
    headers = {"Accept-Language": "en", **({"Authorization": f"Bearer {token}"} if token else {})}
    return ShopClient(
        url=f"{url}/graphql",
        headers=headers,
        ws_url=f"{url.replace('http', 'ws', 1)}/graphql",
        ws_connection_init_payload={"Authorization": f"Bearer {token}"} if token else None,
    )


async def sign_in(url: str, username: str) -> ShopClient:
    """A client that is signed in by the code that the user types."""
    async with client_of(url) as visitor:
        sent = (await visitor.request_login_code(username)).request_login_code
        if not isinstance(sent, RequestLoginCodeRequestLoginCodeLoginCodeSent):
            raise SystemExit(sent and sent.message)
        print("The code that was sent (in development the server prints it):", flush=True)
        code = await asyncio.to_thread(sys.stdin.readline)
        session = (await visitor.verify_login_code(username, code.strip())).verify_login_code
    if not isinstance(session, VerifyLoginCodeVerifyLoginCodeSession):
        raise SystemExit(session and session.message)
    print(f"Signed in as {session.user.mobile}, who has {session.user.balance} Toman")
    return client_of(url, session.access_token)


async def catalogue(shop: ShopClient) -> AsyncIterator[Service]:
    """Services, page by page."""
    after = None
    while True:
        page = (await shop.services(first=5, after=after)).services
        for edge in page.edges:
            yield edge.node
        if not page.page_info.has_next_page:
            return
        after = page.page_info.end_cursor


async def first_update(shop: ShopClient) -> OrderUpdated:
    """The next change of any order of the viewer's."""
    async for update in shop.order_updated():
        return update
    raise SystemExit("the subscription ended")


async def order(shop: ShopClient, service: Service) -> None:
    """Place an order and wait until it has changed."""
    following = asyncio.create_task(first_update(shop))
    await asyncio.sleep(1)  # the client does not report when its subscription is active
    wanted = CreateOrderInput(service_id=service.id, link=LINK, quantity=service.min)
    placed = (await shop.create_order(wanted, key=str(uuid4()))).create_order
    if not isinstance(placed, CreateOrderCreateOrderOrder):
        raise SystemExit(placed and placed.message)
    print(f"Ordered for {placed.charge} Toman: {placed.status.value}")
    print(f"Updated: {(await following).order_updated.status.value}")


async def main(url: str = "http://127.0.0.1:8000", username: str = "09011235566") -> None:
    async with await sign_in(url, username) as shop:
        services = [service async for service in catalogue(shop)]
        print(f"{len(services)} services, from {services[0].price} Toman")
        await order(shop, services[0])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
