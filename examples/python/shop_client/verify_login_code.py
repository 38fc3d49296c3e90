from typing import Annotated, Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import ProblemCode


class VerifyLoginCode(BaseModel):
    verify_login_code: Optional[
        Annotated[
            Union[
                "VerifyLoginCodeVerifyLoginCodeSession",
                "VerifyLoginCodeVerifyLoginCodeInvalidInput",
                "VerifyLoginCodeVerifyLoginCodeMalformedUsername",
                "VerifyLoginCodeVerifyLoginCodeWrongLoginCode",
                "VerifyLoginCodeVerifyLoginCodeUnknownUser",
            ],
            Field(discriminator="typename__"),
        ]
    ] = Field(alias="verifyLoginCode")


class VerifyLoginCodeVerifyLoginCodeSession(BaseModel):
    typename__: Literal["Session"] = Field(alias="__typename")
    access_token: str = Field(alias="accessToken")
    user: "VerifyLoginCodeVerifyLoginCodeSessionUser"


class VerifyLoginCodeVerifyLoginCodeSessionUser(BaseModel):
    mobile: Optional[str]
    balance: int


class VerifyLoginCodeVerifyLoginCodeInvalidInput(BaseModel):
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    code: ProblemCode
    message: str


class VerifyLoginCodeVerifyLoginCodeMalformedUsername(BaseModel):
    typename__: Literal["MalformedUsername"] = Field(alias="__typename")
    code: ProblemCode
    message: str


class VerifyLoginCodeVerifyLoginCodeWrongLoginCode(BaseModel):
    typename__: Literal["WrongLoginCode"] = Field(alias="__typename")
    code: ProblemCode
    message: str


class VerifyLoginCodeVerifyLoginCodeUnknownUser(BaseModel):
    typename__: Literal["UnknownUser"] = Field(alias="__typename")
    code: ProblemCode
    message: str


VerifyLoginCode.model_rebuild()
VerifyLoginCodeVerifyLoginCodeSession.model_rebuild()
