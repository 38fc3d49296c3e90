"""Services as this process saw them last; the statement that places orders finds out if they still are so.

On PostgreSQL alone: there every row tells by which transaction it was written.
"""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

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
"""What an order takes of its service. Descriptions are long, and thousands of services are remembered."""
# Which transaction wrote the row; and when that was, as numbers of transactions come again after a failover.
_VERSION = "concat(t.xmin, ' ', t.updated_at)"
_VERSIONS = KeyLookup(f"SELECT id, {_VERSION} FROM services t WHERE id {database.any_of_sql('int')}")  # noqa: S608 - a constant
IS_UNCHANGED = (
    f"EXISTS (SELECT FROM services t WHERE t.id = asked.service_id AND {_VERSION} = asked.version "
    f"AND {ON_SALE})"
)
"""Whether a service is on sale and as it was, as a condition on `asked`: its `service_id` and `version`."""


@dataclass(frozen=True, slots=True)
class CachedService:
    """A service with what an order takes of it, and the version that its row had, or an older one."""

    service: Service
    version: str


_caches: WeakKeyDictionary[StatelessClient, dict[int, CachedService]] = WeakKeyDictionary()


async def get(service_id: int, *, client: StatelessClient) -> CachedService | None:
    """The service as it was on sale when it was last looked up; looked up now if it was not yet."""
    cache = _caches.setdefault(client, {})
    cached_service = cache.get(service_id)
    if (
        cached_service is None
        and ids.is_possible(service_id)
        and (cached_service := await _load(service_id, client))
    ):
        if len(cache) >= _MAX_CACHED:
            del cache[next(iter(cache))]
        cache[service_id] = cached_service
    return cached_service


def invalidate(service_id: int, *, client: StatelessClient) -> None:
    """Have the service looked up when it is asked for next."""
    _caches.get(client, {}).pop(service_id, None)


async def _load(service_id: int, client: StatelessClient) -> CachedService | None:
    # The version first: where a change comes between, the row is newer than the version tells, and the
    # statement refuses. The other way round it would sell what was.
    versions = await client.batcher.submit(_VERSIONS, service_id)
    service = await Service.get_on_sale(service_id, projection=_PROJECTION) if versions else None
    return None if service is None else CachedService(service, versions[0][1])
