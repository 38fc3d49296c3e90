"""Services cached by this process; the statement that places orders verifies that they are current.

PostgreSQL only: there every row carries the transaction that wrote it.
"""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from cachetools import FIFOCache

import database
from database.asyncpg_engine import StatelessClient
from database.batching import KeyLookup
from database.row_layout import Projection
from domain import ids
from models.service import ON_SALE, Service

_MAX_CACHED = 5_000
_PROJECTION = Projection(
    frozenset(
        "category_id price min_quantity max_quantity drip_feed type source provider_id provider_service_id "
        "provider_drip_feed refuses_duplicates".split()
    )
)
"""The columns an order needs, without descriptions: thousands of services are cached."""
# The transaction that wrote the row, and its time, because transaction ids can repeat after a failover.
_VERSION = "concat(t.xmin, ' ', t.updated_at)"
_VERSIONS = KeyLookup(f"SELECT id, {_VERSION} FROM services t WHERE id {database.any_of_sql('int')}")  # noqa: S608 - a constant
IS_UNCHANGED = (
    f"EXISTS (SELECT FROM services t WHERE t.id = asked.service_id AND {_VERSION} = asked.version "
    f"AND {ON_SALE})"
)
"""SQL condition on `asked` (`service_id`, `version`): the service is on sale and has not changed."""


@dataclass(frozen=True, slots=True)
class CachedService:
    """A service with the columns an order needs, and its row version, or an older one."""

    service: Service
    version: str


_caches: WeakKeyDictionary[StatelessClient, FIFOCache[int, CachedService]] = WeakKeyDictionary()


async def get(service_id: int, *, client: StatelessClient) -> CachedService | None:
    """The cached service as it was on sale; looked up if it is not cached."""
    cache = _caches.get(client)
    if cache is None:
        cache = _caches[client] = FIFOCache(_MAX_CACHED)
    cached_service = cache.get(service_id)
    if (
        cached_service is None
        and ids.is_possible(service_id)
        and (cached_service := await _load(service_id, client))
    ):
        cache[service_id] = cached_service
    return cached_service


def invalidate(service_id: int, *, client: StatelessClient) -> None:
    """Drop the service, so that the next call looks it up."""
    if client in _caches:
        _caches[client].pop(service_id, None)


async def _load(service_id: int, client: StatelessClient) -> CachedService | None:
    # Version first: if the row changes between the two reads, it is newer than the version and the statement
    # refuses. The other way round it would sell outdated data.
    versions = await client.batcher.submit(_VERSIONS, service_id)
    service = await Service.get_on_sale(service_id, projection=_PROJECTION) if versions else None
    return None if service is None else CachedService(service, versions[0][1])
