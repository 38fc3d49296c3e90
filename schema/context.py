"""What every field may ask of its request."""

from dataclasses import dataclass, field, replace
from typing import Self

import strawberry
from graphql import GraphQLError

from domain.messages import Language
from models import User
from resolvers.sessions import SignedIn
from resolvers.shop import Shop
from schema.loaders import Loaders

_SIGN_IN = {Language.PERSIAN: "ابتدا وارد شوید", Language.ENGLISH: "Sign in first."}


class Unauthenticated(GraphQLError):
    """A field that needs a user was asked for without one; told in `errors`, not as data."""

    def __init__(self, language: Language) -> None:
        super().__init__(_SIGN_IN[language], extensions={"code": "UNAUTHENTICATED"})


@dataclass(kw_only=True)
class Context:
    """One request: who calls, from where, and in which language problems are told."""

    shop: Shop
    viewer: SignedIn | None
    address: str
    language: Language
    loaders: Loaders = field(default_factory=Loaders)

    def renewed(self) -> Self:
        """The same caller with nothing remembered, for the next event of a subscription."""
        return replace(self, loaders=Loaders())

    @property
    def signed_in(self) -> SignedIn:
        """Who is signed in.

        Raises:
            Unauthenticated: nobody is.
        """
        if self.viewer is None:
            raise Unauthenticated(self.language)
        return self.viewer

    @property
    def user(self) -> User:
        """The user who is signed in.

        Raises:
            Unauthenticated: nobody is.
        """
        return self.signed_in.user


Info = strawberry.Info[Context, None]
