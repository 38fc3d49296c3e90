"""Documents requested by hash: automatic persisted queries, or a fixed file of trusted documents."""

import contextlib
import functools
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from graphql import GraphQLError, OperationDefinitionNode, parse

from config.errors import UsageError
from engine.protection.byte_cache import ByteCache
from engine.protection.document_cache import MAX_CHARACTERS, UnusableDocument

_BYTES_PER_DOCUMENT = 8_192
"""Average memory per document; one may be larger if others are smaller."""


class InvalidManifest(UsageError):
    """The file of trusted documents cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"GRAPHQL_TRUSTED_DOCUMENTS={path}: {reason}")


class PersistedDocuments:
    """Automatic persisted queries: a client registers a document once and then requests it by its SHA-256.

    The store belongs to this process, holds `max_documents` with about 8 kB for each, and drops the least
    recently used ones: clients then send the text again.
    """

    def __init__(self, *, max_documents: int) -> None:
        self._texts: ByteCache[str, str] = ByteCache(
            max_documents * _BYTES_PER_DOCUMENT, max_entries=max_documents
        )
        self._is_enabled = max_documents > 0

    def resolve_text(self, text: str | None, document_id: str | None) -> str:
        """The document of a request; stored if the request has both text and hash.

        Raises:
            UnusableDocument: the hash is unknown or does not match the text, or the store is disabled.
        """
        if document_id is None:
            return text or ""
        if not self._is_enabled:
            raise _build_error("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")
        if text is None:
            return self._get(document_id)
        if len(text) > MAX_CHARACTERS:
            # It will be refused because of its length, so hashing it is pointless.
            return text
        if _sha256(text) != document_id:
            raise _build_error("The hash does not match the document's SHA-256.", "PERSISTED_QUERY_MISMATCH")
        if self._texts.peek(document_id) is None:
            self._texts.put(document_id, text, size_bytes=sys.getsizeof(text))
        return text

    def _get(self, document_id: str) -> str:
        text = self._texts.get(document_id)
        if text is None:
            raise _build_error("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        return text


class TrustedDocuments:
    """The documents of a manifest; nothing else runs."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)
        self._known = frozenset(self._texts.values())

    @functools.cached_property
    def operation_names(self) -> frozenset[str]:
        """Names of the operations, except in documents that cannot be parsed, which never run."""
        names: set[str] = set()
        for text in self._known:
            with contextlib.suppress(GraphQLError):
                names |= {
                    definition.name.value
                    for definition in parse(text, no_location=True).definitions
                    if isinstance(definition, OperationDefinitionNode) and definition.name
                }
        return frozenset(names)

    @classmethod
    def load(cls, path: Path) -> "TrustedDocuments":
        """Load a manifest: an object of ids and texts, or Apollo's persisted query manifest.

        Raises:
            InvalidManifest: there is no such file, or it has neither format.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InvalidManifest(path, str(error)) from error
        texts = _parse_manifest(content)
        if not texts:
            raise InvalidManifest(path, "must be an object that maps ids to documents")
        return cls(texts)

    def resolve_text(self, text: str | None, document_id: str | None) -> str:
        """The document of a request.

        Raises:
            UnusableDocument: it is not in the manifest.
        """
        found = text if document_id is None else self._texts.get(document_id)
        if found is None or found not in self._known or text not in (None, found):
            raise _build_error("Only trusted documents are allowed.", "DOCUMENT_NOT_TRUSTED")
        return found


def _parse_manifest(content: object) -> dict[str, str]:
    if isinstance(content, dict) and isinstance(operations := content.get("operations"), list):
        content = {
            operation.get("id"): operation.get("body")
            for operation in operations
            if isinstance(operation, dict)
        }
    if not isinstance(content, dict):
        return {}
    is_plain = all(isinstance(key, str) and isinstance(text, str) for key, text in content.items())
    return content if is_plain else {}


def _sha256(text: str) -> str:
    # A lone surrogate has no UTF-8 encoding; such a text is refused later with its own error.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _build_error(message: str, code: str) -> UnusableDocument:
    return UnusableDocument([GraphQLError(message)], code=code)
