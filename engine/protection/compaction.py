"""What a parsed document takes in memory: less without its tokens, and how much is left."""

import sys
from functools import cache

from graphql import DocumentNode, Node, Token, TokenKind
from graphql.language.ast import QUERY_DOCUMENT_KEYS

_BYTES_PER_NODE = 330
"""A node with its place and its text, measured on CPython 3.11; see
`tests/engine/protection/test_compaction.py`."""

_NO_TOKEN = Token(TokenKind.SOF, 0, 0, 0, 0)
"""Stands for the first and last token of every node of a compacted document."""


def compact(document: DocumentNode) -> int:
    """Drop the list of tokens, which nothing needs after validation; the bytes that are left, estimated.

    Nodes keep their places in the text, which errors are located by. The links between tokens are cut, as
    the garbage collector would otherwise be the only one to free them.
    """
    if document.loc is None:
        raise ValueError("a document without locations has no tokens to drop")
    token: Token | None = document.loc.start_token
    nodes = 0
    stack: list[object] = [document]
    while stack:
        part = stack.pop()
        if isinstance(part, Node):
            nodes += 1
            if part.loc is not None:
                part.loc.start_token = part.loc.end_token = _NO_TOKEN
            stack += [getattr(part, name) for name in _get_child_keys(part.kind)]
        elif isinstance(part, list | tuple):
            stack += part
    while token is not None:
        next_token = token.next
        token.prev = token.next = None
        token = next_token
    return nodes * _BYTES_PER_NODE + sys.getsizeof(document.loc.source.body)


@cache
def _get_child_keys(kind: str) -> tuple[str, ...]:
    return QUERY_DOCUMENT_KEYS.get(kind, ())
