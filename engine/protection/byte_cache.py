"""A cache bounded by bytes: a segmented LRU, so that values used once cannot evict others."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cachetools import FIFOCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_PROTECTED_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class _Entry(Generic[V]):
    value: V
    size_bytes: int


class ByteCache(Generic[K, V]):
    """At most `max_bytes` of values, by the sizes that callers pass, and at most `max_entries` of them.

    New values are on probation. A value requested again becomes protected, and only protected values displace
    protected ones, so a flood of new values evicts nothing in use, which no cache of cachetools can promise.
    `on_evict` is called with each evicted value.
    """

    def __init__(
        self,
        max_bytes: int,
        *,
        max_entries: int | None = None,
        on_evict: Callable[[V], None] | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._max_entries = max_entries
        self._max_protected_bytes = int(max_bytes * _PROTECTED_SHARE)
        self._on_evict = on_evict
        self._probation: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._protected: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._protected_bytes = 0
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._probation) + len(self._protected)

    def __contains__(self, key: K) -> bool:
        return key in self._protected or key in self._probation

    def get(self, key: K) -> V | None:
        """The value, marked as used, or None."""
        entry = self._protected.get(key)
        if entry is not None:
            self._protected.move_to_end(key)
            return entry.value
        entry = self._probation.pop(key, None)
        if entry is None:
            return None
        self._protect(key, entry)
        return entry.value

    def peek(self, key: K) -> V | None:
        """The value, not marked as used, or None."""
        entry = self._protected.get(key) or self._probation.get(key)
        return None if entry is None else entry.value

    def put(self, key: K, value: V, *, size_bytes: int) -> None:
        """Store a value, unless it is larger than the whole cache."""
        self.discard(key)
        if size_bytes > self._max_bytes:
            return
        self._probation[key] = _Entry(value, size_bytes)
        self.size_bytes += size_bytes
        while self.size_bytes > self._max_bytes or self._has_too_many_entries():
            self.discard(next(iter(self._probation if len(self._probation) > 1 else self._protected), key))

    def discard(self, key: K) -> None:
        """Remove a value, if present."""
        entry = self._probation.pop(key, None)
        if entry is None:
            entry = self._protected.pop(key, None)
            if entry is None:
                return
            self._protected_bytes -= entry.size_bytes
        self.size_bytes -= entry.size_bytes
        if self._on_evict is not None:
            self._on_evict(entry.value)

    def _protect(self, key: K, entry: _Entry[V]) -> None:
        self._protected[key] = entry
        self._protected_bytes += entry.size_bytes
        while self._protected_bytes > self._max_protected_bytes and len(self._protected) > 1:
            oldest, demoted = self._protected.popitem(last=False)
            self._protected_bytes -= demoted.size_bytes
            self._probation[oldest] = demoted

    def _has_too_many_entries(self) -> bool:
        return self._max_entries is not None and len(self) > self._max_entries


class SeenKeys(Generic[K]):
    """Whether a key was seen before; the latest `max_keys` are remembered, by their hashes.

    A hash collision only causes a needless cache entry.
    """

    def __init__(self, max_keys: int) -> None:
        self._hashes: FIFOCache[int, None] = FIFOCache(max_keys)

    def has_seen(self, key: K) -> bool:
        """Whether `key` was seen before; it is remembered from here on."""
        key_hash = hash(key)
        if key_hash in self._hashes:
            del self._hashes[key_hash]
            return True
        self._hashes[key_hash] = None
        return False
