import base64
import json
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import RSAKey

from auth.tokens import Claims, TokenKeys
from tests.fakes import TIMESTAMP, key_pem
from tests.search_depth import DEPTH
from tests.subtest_cases import for_each

KEYS = TokenKeys([key_pem()])
DAY = timedelta(days=1)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
HEADERS = st.dictionaries(
    st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5c", "zip", "enc"]),
    VALUES | st.sampled_from(["RS256", "none", "HS256", "dir", "A128GCM"]),
)


def issue_token(*, user_id: int = 172, token_id: str = "a" * 80) -> str:
    return KEYS.issue(user_id=user_id, token_id=token_id, issued_at=TIMESTAMP, expires_at=TIMESTAMP + DAY)


TOKEN = issue_token()


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_token_that_was_valid_once_has_its_first_and_last_second_still() -> None:
    keys, token = TokenKeys([key_pem()]), issue_token()

    assert keys.verify(token, now=TIMESTAMP + timedelta(hours=1)) is not None

    assert keys.verify(token, now=TIMESTAMP) is not None
    assert keys.verify(token, now=TIMESTAMP - timedelta(seconds=31)) is None
    assert keys.verify(token, now=TIMESTAMP + DAY) is None
    assert keys.verify(token + "a", now=TIMESTAMP) is None


def test_an_ended_token_is_rejected_and_others_stay_valid() -> None:
    keys, token, other = TokenKeys([key_pem()]), issue_token(), issue_token(token_id="b" * 80)
    assert keys.verify(token, now=TIMESTAMP) is not None

    keys.reject("a" * 80)

    assert keys.verify(token, now=TIMESTAMP) is None
    assert keys.verify(issue_token(user_id=173), now=TIMESTAMP) is None
    assert keys.verify(other, now=TIMESTAMP) is not None


@settings(max_examples=5 * DEPTH)
@given(st.integers(1, 2**31 - 1), st.from_regex("[0-9a-f]{80}", fullmatch=True))
def test_an_issued_token_is_verified_with_its_claims(user_id: int, token_id: str) -> None:
    claims = KEYS.verify(issue_token(user_id=user_id, token_id=token_id), now=TIMESTAMP)

    assert claims == Claims(user_id=user_id, token_id=token_id, expires_at=TIMESTAMP + DAY)


@for_each(
    ("timestamp", "is_valid"),
    [
        # The tolerated difference between the clocks of two machines.
        (TIMESTAMP - timedelta(seconds=31), False),
        (TIMESTAMP - timedelta(seconds=30), True),
        (TIMESTAMP, True),
        (TIMESTAMP + DAY - timedelta(seconds=1), True),
        (TIMESTAMP + DAY, False),
        (datetime.max.replace(tzinfo=UTC), False),
    ],
)
def test_a_token_is_valid_from_its_first_second_to_the_one_before_its_last(
    timestamp: datetime, is_valid: bool
) -> None:
    assert (KEYS.verify(TOKEN, now=timestamp) is not None) is is_valid


@given(st.text(max_size=300) | st.from_regex(r"[\w.-]{0,300}"))
def test_any_text_is_refused_without_an_error(text: str) -> None:
    assert KEYS.verify(text, now=TIMESTAMP) is None


@given(HEADERS | VALUES)
def test_any_other_header_over_our_claims_is_refused_without_an_error(header: object) -> None:
    _, body, signature = TOKEN.split(".")

    assert KEYS.verify(f"{part(header)}.{body}.{signature}", now=TIMESTAMP) is None
    assert KEYS.verify(f"{part(header)}.{body}.", now=TIMESTAMP) is None


@settings(max_examples=12 * DEPTH)
@given(
    VALUES
    | st.dictionaries(st.sampled_from(["aud", "jti", "iat", "nbf", "exp", "sub"]), VALUES)
    | st.fixed_dictionaries(
        {"aud": st.just("1"), "iat": VALUES, "nbf": VALUES, "exp": VALUES, "jti": VALUES, "sub": VALUES}
    )
)
def test_whatever_our_key_signed_is_read_or_refused_without_an_error(payload: object) -> None:
    key = RSAKey.import_key(key_pem())
    key.ensure_kid()
    token = jws.serialize_compact(
        {"alg": "RS256", "kid": key.kid}, json.dumps(payload).encode(), key, algorithms=["RS256"]
    )

    claims = KEYS.verify(token, now=TIMESTAMP)

    assert claims is None or isinstance(claims.user_id, int)


@settings(max_examples=12 * DEPTH)
@given(st.data())
def test_a_token_changed_in_one_character_is_refused(data: st.DataObject) -> None:
    # The last character of a base64 text carries bits that decoders ignore.
    place = data.draw(st.integers(0, len(TOKEN) - 2))
    letter = data.draw(st.sampled_from("ABCxyz019-_."))
    changed = TOKEN[:place] + letter + TOKEN[place + 1 :]

    assert changed == TOKEN or KEYS.verify(changed, now=TIMESTAMP) is None


@for_each("opening", ["[", '{"a":'])
def test_a_deeply_nested_header_or_payload_is_refused_without_an_error(opening: str) -> None:
    deep = base64.urlsafe_b64encode(opening.encode() * (3_000 // len(opening))).decode().rstrip("=")
    header, _, signature = TOKEN.split(".")

    assert KEYS.verify(f"{deep}.e30.e30", now=TIMESTAMP) is None
    assert KEYS.verify(f"{header}.{deep[:2_000]}.{signature}", now=TIMESTAMP) is None
