"""TOTP by the vectors of RFC 6238, appendix B, and the rules about drift and use."""

from datetime import UTC, datetime

from auth import secret_encryption, totp

SECRET = b"12345678901234567890"
# The RFC has eight digits; six are the last six of them.
VECTORS = [
    (59, "94287082"),
    (1_111_111_109, "07081804"),
    (1_111_111_111, "14050471"),
    (1_234_567_890, "89005924"),
    (2_000_000_000, "69279037"),
    (20_000_000_000, "65353130"),
]


def test_codes_are_those_of_the_rfc() -> None:
    for unix, code in VECTORS:
        step = totp.compute_step(datetime.fromtimestamp(unix, UTC))
        assert totp.compute_code(SECRET, step) == code[-totp.DIGITS :]


def test_a_code_is_accepted_one_step_early_or_late_but_not_at_or_before_the_last_accepted_step() -> None:
    now = datetime.fromtimestamp(1_234_567_890, UTC)
    step = totp.compute_step(now)
    for drift, accepted in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        code = totp.compute_code(SECRET, step + drift)
        assert totp.find_matching_step(SECRET, code, now=now, after=0) == (step + drift if accepted else None)
        assert totp.find_matching_step(SECRET, code, now=now, after=step + drift) is None


def test_the_address_for_apps_holds_the_secret_and_the_account() -> None:
    assert totp.build_uri(SECRET, issuer="Vitrin", account="09121111111") == (
        "otpauth://totp/Vitrin:09121111111?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Vitrin"
    )


def test_a_sealed_secret_opens_under_its_key_and_in_its_context_alone() -> None:
    key, other = b"k" * 32, b"o" * 32
    sealed = secret_encryption.encrypt(key, SECRET, context="user:1")

    assert secret_encryption.decrypt(key, sealed, context="user:1") == SECRET
    assert secret_encryption.decrypt(other, sealed, context="user:1") is None
    assert secret_encryption.decrypt(key, sealed, context="user:2") is None
    assert secret_encryption.encrypt(key, SECRET, context="user:1") != sealed
