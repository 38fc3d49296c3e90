"""What deploy/ hands to the product is what the product knows."""

import os
import re
import subprocess

import pytest

from config.settings import describe_settings
from database.urls import parse_postgres_url
from tests.live_servers import ROOT

_SETTING = re.compile(r"^(?:Environment=)?([A-Z][A-Z_]+)=", re.MULTILINE)
_HARDENING = re.compile(
    r"^(?:UMask|NoNew|Capability|Protect|Private|Restrict|Lock|SystemCall)\w*=.*$", re.MULTILINE
)


def test_the_example_environment_has_only_known_settings_and_all_that_production_requires() -> None:
    named = set(_SETTING.findall((ROOT / "deploy" / "shop.env.example").read_text(encoding="utf-8")))
    assert named <= {name for name, _, _ in describe_settings()}
    requested = (
        "PUBLIC_URL DATABASE_URL JWT_KEY_FILES LOGIN_CODE_KEY SMS_GATEWAY PAYMENT_GATEWAY TRUSTED_PROXIES"
    )
    assert set(requested.split()) <= named


def test_every_unit_has_the_same_hardening() -> None:
    units = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
    hardening = {unit.name: set(_HARDENING.findall(unit.read_text(encoding="utf-8"))) for unit in units}

    assert len(units) == 3
    assert len(hardening["vitrin@.service"]) > 15
    assert set(map(frozenset, hardening.values())) == {frozenset(hardening["vitrin@.service"])}


def test_the_image_is_production_without_any_setting() -> None:
    image = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    assert "ENVIRONMENT=production" in image.split("USER 10001")[0]


SERVICES = {
    "postgres://vitrin@database/vitrin": {"user": "vitrin", "host": "database", "dbname": "vitrin"},
    "postgresql://vi%40trin:p@ss:w%2Frd%3D@[::1]:5433,db2/shop?sslmode=verify-full&sslrootcert=/ca.pem": {
        "user": "vi@trin",
        "password": "p@ss:w/rd=",
        "host": "::1,db2",
        "port": "5433,",
        "dbname": "shop",
        "sslmode": "verify-full",
        "sslrootcert": "/ca.pem",
    },
    "asyncpg://vitrin:secret@/shop?host=/run/postgresql&ssl=disable&connect_timeout=3": {
        "user": "vitrin",
        "password": "secret",
        "host": "/run/postgresql",
        "dbname": "shop",
        "sslmode": "disable",
        "connect_timeout": "3",
    },
    # Options of the pool and the driver, and settings of the server, mean nothing to libpq.
    "postgres://vitrin@database/shop?minsize=1&maxsize=2&command_timeout=5&timeout=5"
    "&max_inactive_connection_lifetime=60&statement_cache_size=0&max_cached_statement_lifetime=9"
    "&max_cacheable_statement_size=9&statement_timeout=5000&schema=shop&pgbouncer=true&application_name=x": {
        "user": "vitrin",
        "host": "database",
        "dbname": "shop",
        "application_name": "x",
    },
}


def build_service_file(url: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "deploy" / "libpq-service"],
        env={**os.environ, "DATABASE_URL": url, **more},
        capture_output=True,
        text=True,
    )


@pytest.mark.processes
def test_the_libpq_service_matches_the_shop_s_url(subtests: pytest.Subtests) -> None:
    for url, parameters in SERVICES.items():
        with subtests.test(url):
            assert parse_postgres_url(url)
            title, *lines = build_service_file(url).stdout.splitlines()
            assert title == "[vitrin]"
            assert dict(line.split("=", 1) for line in lines) == parameters


@pytest.mark.processes
def test_a_url_that_no_service_file_can_hold_is_refused(subtests: pytest.Subtests) -> None:
    for password in ("ends%20", "two%0Aline"):
        with subtests.test(password):
            refused = build_service_file(f"postgres://vitrin:{password}@database/shop")
            assert (refused.returncode, refused.stdout) == (1, "")
            assert "Traceback" not in refused.stderr
