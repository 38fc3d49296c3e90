from pydantic import Field

from .base_model import BaseModel
from .enums import OrderStatus


class OrderUpdated(BaseModel):
    order_updated: "OrderUpdatedOrderUpdated" = Field(alias="orderUpdated")


class OrderUpdatedOrderUpdated(BaseModel):
    id: str
    status: OrderStatus
    remains: int


OrderUpdated.model_rebuild()
