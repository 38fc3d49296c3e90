"""Records that the reference implies but does not show: other users, providers, service 1816."""

import hashlib
from random import Random

from cli.demo_data.records import Record
from cli.demo_data.reference_records import TOP_MOBILES

_FIRST_NAMES = (
    "زهرا فاطمه سارا نرگس الهام مینا نازنین پریسا شیما سمیرا آیدا ملیکا هانیه یاسمن محمد"
    " علی رضا حسین امیر سعید مجید حامد پویا آرش کیان نوید بهنام فرهاد میلاد سینا"
).split()
_LAST_NAMES = (
    "احمدی محمدی رضایی کریمی حسینی موسوی جعفری رحیمی صادقی نوری قاسمی اکبری شریفی"
    " کاظمی امینی یوسفی باقری زارع ملکی نجفی سلیمانی فرهادی طاهری خسروی بهرامی"
).split()
_OPERATORS = (
    "0901 0902 0903 0910 0911 0912 0913 0914 0915 0916 0917 0918 0919 0921 0922 0933 0935 0936 0937 0938"
).split()
_FIRST_ID, _FIRST_CREATED, _SECONDS_BETWEEN_IDS = 38, 1588500000, 21_245
_LAST_CHANGE = 1592744000
_OTHERS = 40


def generate_legacy_key(kind: str, number: int) -> str:
    """A key in the format of the old panel's `ids`: 32 hexadecimal digits."""
    return hashlib.sha256(f"{kind}:{number}".encode()).hexdigest()[:32]


def build_providers() -> list[Record]:
    """The providers of the documented services, simulated by the sandbox."""
    return [
        {
            "id": number,
            "name": f"Sandbox {number}",
            "url": f"http://127.0.0.1:8000/sandbox/provider/{number}",
            "api_key": "sandbox",
            "is_sandbox": True,
            "is_active": True,
        }
        for number in (4, 5, 7)
    ]


def build_service_1816() -> Record:
    """The service of both documented orders, from which its price and its provider's id are known."""
    return {
        "id": 1816,
        "legacy_key": generate_legacy_key("service", 1816),
        "description": "<p>استارت بین 1 تا 60 دقیقه</p>"
        "<p>لینک پست خود را از طریق اینستاگرام کپی کرده و وارد کنید.</p>"
        "<p>پیج باید در حالت پابلیک باشد.</p>",
        "is_active": True,
        "created_at": 1588549874,
        "updated_at": 1590346701,
        "added_by_id": 38,
        "category_id": 50,
        "name": "ویو پست اینستاگرام سرعت بالا ⚡",
        "price": 500,
        "original_price": 0,
        "min_quantity": 10,
        "max_quantity": 5_000_000,
        "source": "api",
        "type": "default",
        "provider_id": 4,
        "provider_service_id": "1001",
        "drip_feed": False,
        "can_refill": True,
        "can_cancel": True,
    }


def build_owner() -> Record:
    """User 38, who added the documented services."""
    return _build_user(38, "مدیر", "فروشگاه", "09381112233") | {
        "role": "owner",
        "created_at": _FIRST_CREATED,
        "updated_at": _FIRST_CREATED,
    }


def build_listed_buyer() -> Record:
    """User 180, whose list of orders the reference shows."""
    return _build_user(180, "مهسا", "رستمی", "09021235566") | {
        "balance": 4750,
        "created_at": 1590957810,
        "updated_at": 1590958918,
    }


def build_top_user(shown: Record, chance: Random) -> Record:
    """A user of the documented table, with the full number behind its mask."""
    number = int(shown["id"] or 0)
    return (
        _build_user(number, str(shown["first_name"]), str(shown["last_name"]), TOP_MOBILES[number])
        | {"custom_rate": shown["custom_rate"], "balance": chance.randrange(2_000, 400_000)}
        | _generate_timestamps(number, chance)
    )


def build_other_users(taken: set[int], chance: Random) -> list[Record]:
    """Further customers, with their own ids and mobiles; a few have a discount."""
    free_ids = [number for number in range(_FIRST_ID + 3, 176) if number not in taken]
    return [_build_other_user(number, chance) for number in sorted(chance.sample(free_ids, _OTHERS))]


def _build_other_user(number: int, chance: Random) -> Record:
    # The id's digits in the mobile make the numbers unique.
    mobile = f"{chance.choice(_OPERATORS)}{chance.randrange(10, 100)}{number:03}{chance.randrange(10, 100)}"
    return (
        _build_user(number, chance.choice(_FIRST_NAMES), chance.choice(_LAST_NAMES), mobile)
        | {
            "custom_rate": chance.choice((0, 0, 0, 0, 0, 5, 10)),
            "balance": chance.choice((0, 0, chance.randrange(1, 60_000))),
        }
        | _generate_timestamps(number, chance)
    )


def _build_user(number: int, first_name: str, last_name: str, mobile: str) -> Record:
    return {
        "id": number,
        "role": "user",
        "first_name": first_name,
        "last_name": last_name,
        "mobile": mobile,
        "mobile_verified": True,
        "balance": 0,
        "custom_rate": 0,
        "is_active": True,
    }


def _generate_timestamps(number: int, chance: Random) -> Record:
    created = _FIRST_CREATED + (number - _FIRST_ID) * _SECONDS_BETWEEN_IDS + chance.randrange(20_000)
    return {"created_at": created, "updated_at": chance.randrange(created, _LAST_CHANGE)}
