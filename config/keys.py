"""Secret keys: configured, or generated once into the data folder in development."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from config.settings import Settings


def load_jwt_keys(settings: Settings) -> list[bytes]:
    """PEM texts of the token keys, the signing key first."""
    if settings.jwt_key_files:
        return [path.read_bytes() for path in settings.jwt_key_files]
    return [_load_or_generate(settings.data_folder / "jwt-key.pem", _generate_rsa_pem)]


def load_login_code_key(settings: Settings) -> bytes:
    """The key with which login codes are hashed."""
    if settings.login_code_key is not None:
        return settings.login_code_key.get_secret_value().encode()
    return _load_or_generate(settings.data_folder / "login-code-key", lambda: secrets.token_hex(32).encode())


def _generate_rsa_pem() -> bytes:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _load_or_generate(path: Path, generate: Callable[[], bytes]) -> bytes:
    """The file's content, which is generated if missing. Processes that start together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(generate())
        try:
            # Creating a link is atomic and fails if another process was first.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
