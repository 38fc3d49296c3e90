from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ServiceType


class Services(BaseModel):
    services: "ServicesServices"


class ServicesServices(BaseModel):
    total_count: Optional[int] = Field(alias="totalCount")
    edges: list["ServicesServicesEdges"]
    page_info: "ServicesServicesPageInfo" = Field(alias="pageInfo")


class ServicesServicesEdges(BaseModel):
    node: "ServicesServicesEdgesNode"


class ServicesServicesEdgesNode(BaseModel):
    id: str
    name: str
    price: int
    min: int
    max: int
    type_: ServiceType = Field(alias="type")


class ServicesServicesPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


Services.model_rebuild()
ServicesServices.model_rebuild()
ServicesServicesEdges.model_rebuild()
