"""The REST routes as OpenAPI 3.1."""

from rest_compat.openapi.document import build_document, build_route

__all__ = ["build_document", "build_route"]
