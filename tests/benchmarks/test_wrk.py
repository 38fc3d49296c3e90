"""The arguments of wrk, and the parsing of its output."""

import pytest

from benchmarks import wrk
from benchmarks.workloads import KEY, Request

OUTPUT = """Running 8s test @ http://127.0.0.1:9001
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    36.73ms   20.11ms 158.09ms   71.20%
Requests/sec:    830.13
Transfer/sec:     29.51MB
{"requests": 6641, "microseconds": 8000000, "bytes": 3320500, "p50": 36700, "p99": 158100, \
"refused": 2, "lost": 1}
"""


def test_a_run_is_read_from_the_script_s_own_line() -> None:
    load = wrk.parse(OUTPUT)

    assert (load.requests, load.seconds, load.p50_ms, load.p99_ms) == (6641, 8.0, 36.7, 158.1)
    assert (load.rejected, load.lost) == (2, 1)
    assert load.per_second == pytest.approx(830.125)
    assert load.bytes_each == 500


def test_a_run_without_that_line_shows_what_wrk_said_instead() -> None:
    with pytest.raises(ValueError, match="unable to connect"):
        wrk.parse("unable to connect to 127.0.0.1:9001 Connection refused\n")


def test_a_run_without_answers_divides_by_nothing() -> None:
    nothing = '{"requests": 0, "microseconds": 1, "bytes": 0, "p50": 0, "p99": 0, "refused": 0, "lost": 32}'
    assert wrk.parse(nothing).bytes_each == 0


def test_a_script_quotes_bodies_as_they_are_and_marks_those_that_need_a_key() -> None:
    body = '{"query": "{ a(b: [[1]]) }", "variables": {"key": "' + KEY + '"}}'
    text = wrk.render_script([Request("GET", "/order", token="t"), Request("POST", "/graphql", body)])

    assert f"body = [==[{body}]==], keyed = true" in text
    assert "[ [==[Authorization]==] ] = [==[Bearer t]==]" in text
    assert "body = nil, keyed = false" in text
