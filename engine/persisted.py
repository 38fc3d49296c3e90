"""Documents that are asked for by hash: those that clients left here, or those of a file and no others."""

import contextlib
import functools
import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from graphql import GraphQLError, OperationDefinitionNode, parse

from config.refusals import CannotRun
from engine.documents import UnusableDocument

_LONGEST_KEPT = 8_192
"""Characters, so that the store has a bound."""


class BadManifest(CannotRun):
    """The file of trusted documents cannot be used."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"GRAPHQL_TRUSTED_DOCUMENTS={path}: {why}")


class PersistedDocuments:
    """Automatic persisted queries: a client leaves a document once and asks by its SHA-256 from then on.

    The store belongs to this process and forgets what was not asked for longest: clients send the text
    again when they are told so.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._texts: OrderedDict[str, str] = OrderedDict()

    def text_of(self, text: str | None, document_id: str | None) -> str:
        """The document that a request means; kept, if it says both text and hash.

        Raises:
            UnusableDocument: there is none by this hash, the hash is another text's, or none is kept here.
        """
        if document_id is None:
            return text or ""
        if not self._most:
            raise _refusal("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")
        if text is None:
            return self._found(document_id)
        if _hash(text) != document_id:
            raise _refusal("The hash is not the document's SHA-256.", "PERSISTED_QUERY_MISMATCH")
        self._keep(document_id, text)
        return text

    def _found(self, document_id: str) -> str:
        if document_id not in self._texts:
            raise _refusal("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
        self._texts.move_to_end(document_id)
        return self._texts[document_id]

    def _keep(self, document_id: str, text: str) -> None:
        if len(text) > _LONGEST_KEPT:
            return
        self._texts[document_id] = text
        self._texts.move_to_end(document_id)
        if len(self._texts) > self._most:
            self._texts.popitem(last=False)


class TrustedDocuments:
    """The documents of a manifest; nothing else runs."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)
        self._known = frozenset(self._texts.values())

    @functools.cached_property
    def operation_names(self) -> frozenset[str]:
        """Names of the operations; documents that cannot be parsed have none, and never run."""
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
    def read(cls, path: Path) -> "TrustedDocuments":
        """The manifest in a file: an object of ids and texts, or Apollo's persisted query manifest.

        Raises:
            BadManifest: there is no such file, or it is none of both.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadManifest(path, str(error)) from error
        texts = _texts_of(content)
        if not texts:
            raise BadManifest(path, "not an object of ids and documents")
        return cls(texts)

    def text_of(self, text: str | None, document_id: str | None) -> str:
        """The document that a request means.

        Raises:
            UnusableDocument: it is not in the manifest.
        """
        found = text if document_id is None else self._texts.get(document_id)
        if found is None or found not in self._known or text not in (None, found):
            raise _refusal("Only documents that the shop has published may run.", "DOCUMENT_NOT_TRUSTED")
        return found


def _texts_of(content: object) -> dict[str, str]:
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


def _hash(text: str) -> str:
    # Half a surrogate pair has no UTF-8; such a text is refused later, by its own name.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _refusal(message: str, code: str) -> UnusableDocument:
    return UnusableDocument([GraphQLError(message)], code=code)
