"""The cache of documents and persisted texts: bounded by bytes, not flushed by what comes once."""

from engine.protection.byte_cache import ByteCache, SeenKeys


def test_the_cache_is_bounded_by_bytes_and_evicts_the_least_recently_used() -> None:
    dropped: list[str] = []
    cache: ByteCache[str, str] = ByteCache(30, on_evict=dropped.append)
    for key in "abcd":
        cache.put(key, key.upper(), size_bytes=10)
    assert dropped == ["A"]
    assert (cache.size_bytes, len(cache)) == (30, 3)


def test_reused_values_survive_a_flood_of_new_ones() -> None:
    cache: ByteCache[str, int] = ByteCache(100)
    cache.put("used", 1, size_bytes=10)
    cache.get("used")
    for number in range(1_000):
        cache.put(f"once {number}", number, size_bytes=10)
    assert cache.get("used") == 1
    assert cache.size_bytes <= 100


def test_protected_values_make_room_for_newer_ones() -> None:
    cache: ByteCache[int, int] = ByteCache(100)
    for number in range(50):
        cache.put(number, number, size_bytes=10)
        cache.get(number)
    assert cache.get(49) == 49
    assert cache.get(0) is None
    assert cache.size_bytes <= 100


def test_a_value_larger_than_the_cache_is_not_kept() -> None:
    cache: ByteCache[str, int] = ByteCache(100)
    cache.put("a", 1, size_bytes=10)
    cache.put("b", 2, size_bytes=101)
    assert (cache.peek("a"), cache.peek("b"), cache.size_bytes) == (1, None, 10)


def test_a_value_that_is_put_again_counts_once() -> None:
    cache: ByteCache[str, int] = ByteCache(100, max_entries=2)
    for _ in range(5):
        cache.put("a", 1, size_bytes=60)
    assert (len(cache), cache.size_bytes) == (1, 60)


def test_the_number_of_entries_is_bounded_too() -> None:
    cache: ByteCache[str, int] = ByteCache(100, max_entries=2)
    for key in "abc":
        cache.put(key, 1, size_bytes=1)
    assert (cache.peek("a"), len(cache)) == (None, 2)


def test_the_seen_filter_remembers_keys_and_forgets_the_oldest() -> None:
    seen: SeenKeys[str] = SeenKeys(2)
    assert [seen.has_seen(key) for key in ("a", "a", "b", "c", "d", "b")] == [
        False,
        True,
        False,
        False,
        False,
        False,
    ]
