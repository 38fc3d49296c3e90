from typing import Annotated, Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import OrderStatus, ProblemCode


class CreateOrder(BaseModel):
    create_order: Optional[
        Annotated[
            Union[
                "CreateOrderCreateOrderOrder",
                "CreateOrderCreateOrderInvalidInput",
                "CreateOrderCreateOrderServiceUnavailable",
                "CreateOrderCreateOrderInvalidLink",
                "CreateOrderCreateOrderQuantityOutOfRange",
                "CreateOrderCreateOrderInsufficientBalance",
                "CreateOrderCreateOrderDuplicateOrder",
                "CreateOrderCreateOrderIdempotencyKeyReused",
            ],
            Field(discriminator="typename__"),
        ]
    ] = Field(alias="createOrder")


class CreateOrderCreateOrderOrder(BaseModel):
    typename__: Literal["Order"] = Field(alias="__typename")
    id: str
    status: OrderStatus
    charge: int


class CreateOrderCreateOrderInvalidInput(BaseModel):
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    code: ProblemCode
    message: str


class CreateOrderCreateOrderServiceUnavailable(BaseModel):
    typename__: Literal["ServiceUnavailable"] = Field(alias="__typename")
    code: ProblemCode
    message: str


class CreateOrderCreateOrderInvalidLink(BaseModel):
    typename__: Literal["InvalidLink"] = Field(alias="__typename")
    code: ProblemCode
    message: str


class CreateOrderCreateOrderQuantityOutOfRange(BaseModel):
    typename__: Literal["QuantityOutOfRange"] = Field(alias="__typename")
    min: int
    max: int
    code: ProblemCode
    message: str


class CreateOrderCreateOrderInsufficientBalance(BaseModel):
    typename__: Literal["InsufficientBalance"] = Field(alias="__typename")
    balance: int
    charge: int
    code: ProblemCode
    message: str


class CreateOrderCreateOrderDuplicateOrder(BaseModel):
    typename__: Literal["DuplicateOrder"] = Field(alias="__typename")
    code: ProblemCode
    message: str


class CreateOrderCreateOrderIdempotencyKeyReused(BaseModel):
    typename__: Literal["IdempotencyKeyReused"] = Field(alias="__typename")
    code: ProblemCode
    message: str


CreateOrder.model_rebuild()
