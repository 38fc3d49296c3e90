"""Keys that are given, and keys that development makes for itself."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import SecretStr

from config import keys
from config.settings import Settings
from tests.parallel_processes import run_together

MAKE_KEYS = """
import hashlib
from pathlib import Path
from config import keys
from config.settings import Settings

settings = Settings(data_folder=Path(sys.argv[1]), jwt_key_files=(), login_code_key=None)
wait_for_the_others()
print(hashlib.sha256(keys.load_jwt_keys(settings)[0] + keys.load_login_code_key(settings)).hexdigest())
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that give no keys, with a data folder that is not there yet."""
    return Settings(data_folder=tmp_path / "data" / "deep", jwt_key_files=(), login_code_key=None)


def test_generated_keys_are_readable_by_their_owner_only(settings: Settings) -> None:
    keys.load_jwt_keys(settings)
    keys.load_login_code_key(settings)

    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in settings.data_folder.iterdir()}
    assert modes == {"jwt-key.pem": "0o600", "login-code-key": "0o600"}


def test_generated_keys_stay_the_same(settings: Settings) -> None:
    first = keys.load_jwt_keys(settings), keys.load_login_code_key(settings)

    assert (keys.load_jwt_keys(settings), keys.load_login_code_key(settings)) == first


def test_installations_do_not_share_their_generated_keys(settings: Settings, tmp_path: Path) -> None:
    other = settings.model_copy(update={"data_folder": tmp_path / "other"})

    assert keys.load_jwt_keys(settings) != keys.load_jwt_keys(other)
    assert keys.load_login_code_key(settings) != keys.load_login_code_key(other)


def test_the_generated_token_key_is_one_of_2048_bits(settings: Settings) -> None:
    (pem,) = keys.load_jwt_keys(settings)

    key = load_pem_private_key(pem, password=None)
    assert isinstance(key, RSAPrivateKey)
    assert key.key_size == 2_048


def test_the_generated_login_code_key_has_256_bits(settings: Settings) -> None:
    assert len(bytes.fromhex(keys.load_login_code_key(settings).decode())) == 32


@pytest.mark.processes
def test_processes_that_make_keys_at_once_agree_on_them(tmp_path: Path) -> None:
    printed = run_together(MAKE_KEYS, argument=str(tmp_path / "data"), processes=6)

    assert len(set(printed)) == 1
    assert len(printed[0]) == 64
    assert {file.name for file in (tmp_path / "data").iterdir()} == {"jwt-key.pem", "login-code-key"}


def test_configured_keys_are_used_in_order_and_none_is_generated(tmp_path: Path) -> None:
    (tmp_path / "new.pem").write_bytes(b"new")
    (tmp_path / "old.pem").write_bytes(b"old")
    settings = Settings(
        data_folder=tmp_path / "data",
        jwt_key_files=(tmp_path / "new.pem", tmp_path / "old.pem"),
        login_code_key=SecretStr("given" * 8),
    )

    assert keys.load_jwt_keys(settings) == [b"new", b"old"]
    assert keys.load_login_code_key(settings) == b"given" * 8
    assert not (tmp_path / "data").exists()


def test_a_missing_configured_key_file_is_not_replaced_by_a_generated_one(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path / "data", jwt_key_files=(tmp_path / "missing.pem",))

    with pytest.raises(FileNotFoundError, match=r"missing\.pem"):
        keys.load_jwt_keys(settings)
