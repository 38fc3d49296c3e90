from collections.abc import AsyncIterator
from typing import Any, Optional, Union

from .async_base_client import AsyncBaseClient
from .base_model import UNSET, UnsetType
from .create_order import CreateOrder
from .input_types import CreateOrderInput
from .order_updated import OrderUpdated
from .request_login_code import RequestLoginCode
from .services import Services
from .verify_login_code import VerifyLoginCode


def gql(q: str) -> str:
    return q


class ShopClient(AsyncBaseClient):
    async def request_login_code(
        self, username: str, **kwargs: Any
    ) -> RequestLoginCode:
        query = gql("""
            mutation RequestLoginCode($username: String!) {
              requestLoginCode(username: $username) {
                __typename
                ... on LoginCodeSent {
                  expiresAt
                }
                ... on Problem {
                  code
                  message
                }
              }
            }
            """)
        variables: dict[str, object] = {"username": username}
        response = await self.execute(
            query=query,
            operation_name="RequestLoginCode",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return RequestLoginCode.model_validate(data)

    async def verify_login_code(
        self, username: str, code: str, **kwargs: Any
    ) -> VerifyLoginCode:
        query = gql("""
            mutation VerifyLoginCode($username: String!, $code: String!) {
              verifyLoginCode(username: $username, code: $code) {
                __typename
                ... on Session {
                  accessToken
                  user {
                    mobile
                    balance
                  }
                }
                ... on Problem {
                  code
                  message
                }
              }
            }
            """)
        variables: dict[str, object] = {"username": username, "code": code}
        response = await self.execute(
            query=query, operation_name="VerifyLoginCode", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return VerifyLoginCode.model_validate(data)

    async def services(
        self, first: int, after: Union[Optional[str], UnsetType] = UNSET, **kwargs: Any
    ) -> Services:
        query = gql("""
            query Services($first: Int!, $after: String) {
              services(
                first: $first
                after: $after
                where: {type: {in: [DEFAULT]}, price: {gte: 100}}
                orderBy: {field: PRICE, direction: ASC}
              ) {
                totalCount
                edges {
                  node {
                    id
                    name
                    price
                    min
                    max
                    type
                  }
                }
                pageInfo {
                  hasNextPage
                  endCursor
                }
              }
            }
            """)
        variables: dict[str, object] = {"first": first, "after": after}
        response = await self.execute(
            query=query, operation_name="Services", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Services.model_validate(data)

    async def create_order(
        self, input: CreateOrderInput, key: str, **kwargs: Any
    ) -> CreateOrder:
        query = gql("""
            mutation CreateOrder($input: CreateOrderInput!, $key: String!) {
              createOrder(input: $input, idempotencyKey: $key) {
                __typename
                ... on Order {
                  id
                  status
                  charge
                }
                ... on QuantityOutOfRange {
                  min
                  max
                }
                ... on InsufficientBalance {
                  balance
                  charge
                }
                ... on Problem {
                  code
                  message
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input, "key": key}
        response = await self.execute(
            query=query, operation_name="CreateOrder", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CreateOrder.model_validate(data)

    async def order_updated(
        self, id: Union[Optional[str], UnsetType] = UNSET, **kwargs: Any
    ) -> AsyncIterator[OrderUpdated]:
        query = gql("""
            subscription OrderUpdated($id: ID) {
              orderUpdated(id: $id) {
                id
                status
                remains
              }
            }
            """)
        variables: dict[str, object] = {"id": id}
        async for data in self.execute_ws(
            query=query, operation_name="OrderUpdated", variables=variables, **kwargs
        ):
            yield OrderUpdated.model_validate(data)
