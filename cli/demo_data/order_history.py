"""Generates the old panel's orders such that ordinary aggregation yields the documented tables.

Every charge follows the price rule; a buyer's exact total is completed with one order of views, whose price
per unit is below one Toman.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from cli.demo_data.records import Record, get_integer
from cli.demo_data.synthetic_records import generate_legacy_key

_COMPLETING_SERVICE = 1819
_LAST_ORDER_ID = 1526
_FROM, _UNTIL = 1588550000, 1592700000
_UNITS_OF_A_TOMAN = 100_000
_ROUND_QUANTITIES = (10, 15, 20, 25, 30, 40, 50, 60, 80, 100)
# Below the count of the documented table's tenth service, including the documented orders of 1816.
_OTHER_SERVICES = {1816: 46, 1902: 14, 1903: 11, 1904: 18}
_OTHERS_AVERAGE_AMOUNT, _OTHERS_MAX_AMOUNT = 7_500, 380_000


@dataclass(frozen=True)
class Buyer:
    """A user with orders: `custom_rate` is the discount in percent, `created` a Unix timestamp."""

    user_id: int
    custom_rate: int
    created: int


@dataclass(frozen=True)
class Offer:
    """The part of a service that orders depend on; `price` is Toman per 1,000, `created` a Unix timestamp."""

    service_id: int
    category_id: int
    provider_id: int | None
    provider_service_id: str | None
    price: int
    min_quantity: int
    max_quantity: int
    created: int

    def compute_charge(self, quantity: int, buyer: Buyer) -> int:
        """Toman for `quantity`, rounded up."""
        return -(-self.price * quantity * (100 - buyer.custom_rate) // _UNITS_OF_A_TOMAN)

    def compute_quantity(self, charge: int, buyer: Buyer) -> int:
        """The largest quantity, ignoring the limits, that costs at most `charge`."""
        return charge * _UNITS_OF_A_TOMAN // (self.price * (100 - buyer.custom_rate))

    def clamp(self, quantity: int) -> int:
        """`quantity`, limited to the service's bounds."""
        return min(max(quantity, self.min_quantity), self.max_quantity)


@dataclass(frozen=True)
class Sale:
    """An order without id and timestamp."""

    buyer: Buyer
    offer: Offer
    quantity: int
    status: str = "completed"

    @property
    def charge(self) -> int:
        return self.offer.compute_charge(self.quantity, self.buyer)


def generate_orders(
    users: list[Record],
    services: list[Record],
    top_users: list[Record],
    top_services: dict[int, int],
    chance: Random,
) -> list[Record]:
    """Orders of `top_users` (with the documented `order_count` and `amount`) and of the other `users`."""
    buyers = {buyer.user_id: buyer for buyer in map(_to_buyer, users)}
    offers = {offer.service_id: offer for offer in map(_to_offer, services)}
    counts = {**top_services, **_OTHER_SERVICES}
    pool = [offers[service] for service, count in counts.items() for _ in range(count)]
    chance.shuffle(pool)
    sales: list[Sale] = []
    for shown in top_users:
        buyer, amount = buyers.pop(get_integer(shown, "id")), get_integer(shown, "amount")
        drawn = _draw_sales(pool, get_integer(shown, "order_count"), amount, offers[_COMPLETING_SERVICE])
        sales += _generate_sales_of_amount(buyer, drawn, amount, chance)
        sales += _generate_refunded_sales(buyer, offers, chance)
    sales += _generate_sales_of_others(list(buyers.values()), pool, chance)
    sales += _generate_refunded_top_sales(list(buyers.values()), offers, chance)
    return _to_orders([_maybe_partial(sale, chance) for sale in sales], chance)


def _to_buyer(user: Record) -> Buyer:
    return Buyer(get_integer(user, "id"), get_integer(user, "custom_rate"), get_integer(user, "created_at"))


def _to_offer(service: Record) -> Offer:
    provider = service.get("provider_id")
    provider_service = service.get("provider_service_id")
    return Offer(
        service_id=get_integer(service, "id"),
        category_id=get_integer(service, "category_id"),
        provider_id=None if provider is None else int(provider),
        provider_service_id=None if provider_service is None else str(provider_service),
        price=get_integer(service, "price"),
        min_quantity=get_integer(service, "min_quantity"),
        max_quantity=get_integer(service, "max_quantity"),
        created=get_integer(service, "created_at"),
    )


def _draw_sales(pool: list[Offer], count: int, amount: int, completing: Offer) -> list[Offer]:
    """Remove `count` offers from `pool`; the last ones are `completing`, enough for a large amount."""
    reserved = max(2, -(-amount // 2_000_000))
    for _ in range(reserved):
        pool.remove(completing)
    priced = [offer for offer in pool if offer.price > 1][: count - reserved]
    for offer in priced:
        pool.remove(offer)
    return [
        *sorted(priced, key=lambda offer: offer.service_id == completing.service_id),
        *[completing] * reserved,
    ]


def _generate_sales_of_amount(buyer: Buyer, offers: list[Offer], amount: int, chance: Random) -> list[Sale]:
    """One sale per offer, in total exactly `amount`; the last offer completes it."""
    while True:
        rest, sales = amount, list[Sale]()
        for position, offer in enumerate(offers[:-1]):
            sale = _generate_sale(buyer, offer, rest / (len(offers) - position), chance)
            rest -= sale.charge
            sales.append(sale)
        last = Sale(buyer, offers[-1], offers[-1].compute_quantity(max(rest, 0), buyer))
        if last.charge == rest and last.offer.clamp(last.quantity) == last.quantity:
            return [*sales, last]


def _generate_sale(buyer: Buyer, offer: Offer, average: float, chance: Random) -> Sale:
    amount = int(max(average, 1) * min(chance.lognormvariate(-0.3, 0.8), 4))
    return Sale(buyer, offer, offer.clamp(_round_quantity(offer.compute_quantity(amount, buyer))))


def _round_quantity(quantity: int) -> int:
    """The nearest quantity that people would order."""
    scale = int(10 ** max(len(str(quantity)) - 2, 0))
    return min(_ROUND_QUANTITIES, key=lambda nice: abs(nice * scale - quantity)) * scale


def _generate_sales_of_others(buyers: list[Buyer], pool: list[Offer], chance: Random) -> list[Sale]:
    """One sale for each remaining offer; no buyer's total reaches the documented table."""
    weights = [chance.uniform(0.2, 1.0) for _ in buyers]
    totals = {buyer.user_id: 0 for buyer in buyers}
    sales: list[Sale] = []
    while len(sales) < len(pool):
        (buyer,) = chance.choices(buyers, weights)
        sale = _generate_sale(buyer, pool[len(sales)], _OTHERS_AVERAGE_AMOUNT, chance)
        if totals[buyer.user_id] + sale.charge < _OTHERS_MAX_AMOUNT:
            totals[buyer.user_id] += sale.charge
            sales.append(sale)
    return sales


def _generate_refunded_sales(buyer: Buyer, offers: dict[int, Offer], chance: Random) -> Iterator[Sale]:
    """A few of the buyer's orders that statistics must exclude."""
    for _ in range(chance.randrange(1, 4)):
        offer = offers[chance.choice((1816, 1811, 1867, 1829))]
        status = chance.choice(("canceled", "refunded"))
        yield Sale(buyer, offer, offer.clamp(_round_quantity(chance.randrange(100, 20_000))), status)


def _generate_refunded_top_sales(
    buyers: list[Buyer], offers: dict[int, Offer], chance: Random
) -> Iterator[Sale]:
    """Orders that would change both tables if they were counted."""
    yield Sale(buyers[0], offers[1819], 1_000_000, "canceled")
    yield Sale(buyers[1], offers[1829], 800_000, "refunded")
    for _ in range(12):
        yield Sale(chance.choice(buyers), offers[1816], chance.choice((500, 1000, 2000, 5000)), "canceled")


def _maybe_partial(sale: Sale, chance: Random) -> Sale:
    is_partial = sale.status == "completed" and sale.charge > 1 and chance.random() < 0.03
    return Sale(sale.buyer, sale.offer, sale.quantity, "partial") if is_partial else sale


def _to_orders(sales: list[Sale], chance: Random) -> list[Record]:
    timed = sorted(((_choose_timestamp(sale, chance), place) for place, sale in enumerate(sales)))
    first = _LAST_ORDER_ID - len(sales) + 1
    return [
        _to_order(number, created, sales[place], chance)
        for number, (created, place) in enumerate(timed, start=first)
    ]


def _choose_timestamp(sale: Sale, chance: Random) -> int:
    return chance.randrange(max(_FROM, sale.buyer.created, sale.offer.created) + 60, _UNTIL)


def _to_order(number: int, created: int, sale: Sale, chance: Random) -> Record:
    offer = sale.offer
    return {
        "id": number,
        "legacy_key": generate_legacy_key("order", number),
        "source": chance.choices(("direct", "api"), (9, 1 if sale.buyer.custom_rate else 0))[0],
        "user_id": sale.buyer.user_id,
        "category_id": offer.category_id,
        "service_id": offer.service_id,
        "service_type": "default",
        "provider_id": offer.provider_id,
        "provider_service_id": offer.provider_service_id,
        "provider_order_id": _generate_provider_order_id(number, created, offer),
        "link": _generate_link(offer, chance),
        "quantity": sale.quantity,
        "charge": sale.charge,
        "status": sale.status,
        **_delivery_columns(sale, chance),
        "note": "",
        "is_imported": True,
        "created_at": created,
        "updated_at": created + chance.randrange(600, 40_000),
    }


def _delivery_columns(sale: Sale, chance: Random) -> Record:
    """`start_count`, `remains` and `refunded` according to the order's status."""
    start = int(chance.lognormvariate(6, 1.5))
    if sale.status == "completed":
        return {"start_count": start, "remains": 0, "refunded": 0}
    if sale.status == "partial":
        remains = chance.randrange(1, max(2, sale.quantity // 2))
        return {"start_count": start, "remains": remains, "refunded": sale.charge * remains // sale.quantity}
    return {"start_count": 0, "remains": sale.quantity, "refunded": sale.charge}


def _generate_provider_order_id(number: int, created: int, offer: Offer) -> str | None:
    """Increases with time, as a provider's numbers do; None if staff deliver."""
    if offer.provider_id is None:
        return None
    first = {4: 26_200_000, 5: 8_410_000, 7: 1_150_000}[offer.provider_id]
    return str(first + (created - _FROM) * 3 // 10 + number)


def _generate_link(offer: Offer, chance: Random) -> str:
    if offer.category_id == 48 or offer.service_id == 1904:
        return _generate_username(chance)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    code = "".join(chance.choices(letters, k=9))
    return f"https://www.instagram.com/{'tv' if offer.service_id == 1829 else 'p'}/CA{code}/"


def _generate_username(chance: Random) -> str:
    name = chance.choice(("sara", "mina", "negin", "ava", "baran", "yas", "dena", "arian", "tara", "mahak"))
    business = chance.choice(
        ("gallery", "shop", "mezon", "honar", "nail", "cafe", "art", "kitchen", "style", "photo")
    )
    return f"{name}{chance.choice('._')}{business}{chance.choice(('', '', '98', '_ir'))}"
