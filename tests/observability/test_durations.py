"""The metrics that a scrape returns for recorded events."""

from prometheus_client import CollectorRegistry, generate_latest

from observability.durations import DurationMetrics


def test_events_are_counted_added_up_and_sorted_into_buckets_by_their_upper_bounds() -> None:
    registry = CollectorRegistry()
    calls = DurationMetrics(
        counter="calls",
        counter_help="Calls.",
        counter_labels=["outcome"],
        histogram="call_seconds",
        histogram_help="How long they took.",
        histogram_labels=["host"],
        buckets=(0.5, 1),
        registry=registry,
    )
    for outcome, seconds in (("done", 0.25), ("done", 0.5), ("lost", 0.75), ("done", 4.5)):
        calls.observe((outcome,), ("panel",), seconds)
    reported = [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]

    assert reported == [
        'calls_total{outcome="done"} 3.0',
        'calls_total{outcome="lost"} 1.0',
        'call_seconds_bucket{host="panel",le="0.5"} 2.0',
        'call_seconds_bucket{host="panel",le="1.0"} 3.0',
        'call_seconds_bucket{host="panel",le="+Inf"} 4.0',
        'call_seconds_count{host="panel"} 4.0',
        'call_seconds_sum{host="panel"} 6.0',
    ]
