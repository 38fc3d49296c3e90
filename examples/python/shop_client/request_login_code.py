from datetime import datetime
from typing import Annotated, Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import ProblemCode


class RequestLoginCode(BaseModel):
    request_login_code: Optional[
        Annotated[
            Union[
                "RequestLoginCodeRequestLoginCodeLoginCodeSent",
                "RequestLoginCodeRequestLoginCodeMalformedUsername",
                "RequestLoginCodeRequestLoginCodeTooManyCodes",
            ],
            Field(discriminator="typename__"),
        ]
    ] = Field(alias="requestLoginCode")


class RequestLoginCodeRequestLoginCodeLoginCodeSent(BaseModel):
    typename__: Literal["LoginCodeSent"] = Field(alias="__typename")
    expires_at: datetime = Field(alias="expiresAt")


class RequestLoginCodeRequestLoginCodeMalformedUsername(BaseModel):
    typename__: Literal["MalformedUsername"] = Field(alias="__typename")
    code: ProblemCode
    message: str


class RequestLoginCodeRequestLoginCodeTooManyCodes(BaseModel):
    typename__: Literal["TooManyCodes"] = Field(alias="__typename")
    code: ProblemCode
    message: str


RequestLoginCode.model_rebuild()
