"""Services as this process saw them last; the statement that places orders finds out if they still are so.

On PostgreSQL alone: there every row tells by which transaction it was written.
"""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from domain import ids
from models import database
from models.asyncpg_engine import StatelessClient
from models.gathering import Lookup
from models.rows import Wanted
from models.service import ON_SALE, Service

_CAPACITY = 5_000
_PLACED = Wanted(
    frozenset(
        "category_id price min_quantity max_quantity drip_feed type source provider_id provider_service_id "
        "provider_drip_feed refuses_duplicates".split()
    )
)
"""What an order takes of its service. Descriptions are long, and thousands of services are remembered."""
# Which transaction wrote the row; and when that was, as numbers of transactions come again after a failover.
_VERSION = "concat(t.xmin, ' ', t.updated_at)"
_VERSIONS = Lookup(f"SELECT id, {_VERSION} FROM services t WHERE id {database.among('int')}")  # noqa: S608 - a constant
IS_UNCHANGED = (
    f"EXISTS (SELECT FROM services t WHERE t.id = asked.service_id AND {_VERSION} = asked.version "
    f"AND {ON_SALE})"
)
"""Whether a service is on sale and as it was, as a condition on `asked`: its `service_id` and `version`."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A service with what an order takes of it, and the version that its row had, or an older one."""

    service: Service
    version: str


_seen: WeakKeyDictionary[StatelessClient, dict[int, Offer]] = WeakKeyDictionary()


async def recall(service_id: int, *, by: StatelessClient) -> Offer | None:
    """The service as it was on sale when it was last looked up; looked up now if it was not yet."""
    seen = _seen.setdefault(by, {})
    offer = seen.get(service_id)
    if offer is None and ids.is_possible(service_id) and (offer := await _look_up(service_id, by)):
        if len(seen) >= _CAPACITY:
            del seen[next(iter(seen))]
        seen[service_id] = offer
    return offer


def forget(service_id: int, *, by: StatelessClient) -> None:
    """Have the service looked up when it is asked for next."""
    _seen.get(by, {}).pop(service_id, None)


async def _look_up(service_id: int, by: StatelessClient) -> Offer | None:
    # The version first: where a change comes between, the row is newer than the version tells, and the
    # statement refuses. The other way round it would sell what was.
    versions = await by.gathering.ask(_VERSIONS, service_id)
    service = await Service.get_on_sale(service_id, wanted=_PLACED) if versions else None
    return None if service is None else Offer(service, versions[0][1])
