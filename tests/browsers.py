"""Chromium, driven by tests."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from selenium import webdriver

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,900",
]


@contextmanager
def chromium(profile: Path, *more_flags: str) -> Iterator[webdriver.Chrome]:
    """Chromium with a profile of its own, which logs its requests and its console."""
    binary, driver_path = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not driver_path:
        _unavailable("needs Chromium: apt-get install chromium chromium-driver (Debian)")

    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, *more_flags, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(driver_path))
    try:
        # Chromium's start page sends requests as well; only later ones are the product's.
        driver.get("about:blank")
        _log(driver, "performance")
        yield driver
    finally:
        driver.quit()


def requested_urls(driver: webdriver.Chrome) -> list[str]:
    """The address of every request since the last call."""
    events = [json.loads(entry["message"])["message"] for entry in _log(driver, "performance")]
    return [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]


def console_faults(driver: webdriver.Chrome) -> list[str]:
    """What the console holds against the page."""
    return [entry["message"] for entry in _log(driver, "browser") if entry["level"] == "SEVERE"]


def _log(driver: webdriver.Chrome, kind: str) -> list[dict[str, str]]:
    """What the browser logged since the last call."""
    entries: list[dict[str, str]] = driver.get_log(kind)  # type: ignore[no-untyped-call]
    return entries


def _unavailable(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
