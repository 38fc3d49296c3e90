"""The languages of the pages, and their formats of numbers, amounts and timestamps."""

from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from starlette_admin import i18n
from starlette_admin.i18n import I18nConfig, get_locale, gettext

from domain import calendar_days, persian_format
from domain.problem_messages import Language

CATALOGUES = Path(__file__).with_name("translations")
CONFIG = I18nConfig(
    default_locale=Language.PERSIAN.value,
    # The library compares it as a whole, and no browser sends just one language's name.
    language_header_name=None,
    language_switcher=[each.value for each in Language],
)


@cache
def add_persian() -> None:
    """Add a Persian translation to starlette-admin. Both catalogues are merged; ours takes precedence."""
    persian_texts = _load_catalogue("library.po")
    persian_texts.merge(_load_catalogue("shop.po"))
    i18n.SUPPORTED_LOCALES.append(Language.PERSIAN.value)
    i18n.translations[Language.PERSIAN.value] = persian_texts


def language() -> Language:
    """The language of the page being rendered."""
    return Language.PERSIAN if get_locale() == Language.PERSIAN.value else Language.ENGLISH


def is_persian() -> bool:
    """Whether the page is in Persian, and so right to left."""
    return language() is Language.PERSIAN


def format_number(value: int) -> str:
    """A number grouped by three: ۱۲٬۰۰۰ or 12,000."""
    return persian_format.format_number(value) if is_persian() else f"{value:,}"


def format_toman(value: int) -> str:
    """An amount of whole Toman with its unit."""
    return gettext("%(amount)s Toman") % {"amount": format_number(value)}


def format_datetime(value: datetime) -> str:
    """Date and local time of day; Jalali in Persian. `value` must be aware."""
    return (
        persian_format.format_datetime(value)
        if is_persian()
        else f"{calendar_days.to_local(value):%Y-%m-%d %H:%M}"
    )


def _load_catalogue(name: str) -> Translations:
    compiled = BytesIO()
    with (CATALOGUES / name).open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return Translations(compiled, domain="admin")
