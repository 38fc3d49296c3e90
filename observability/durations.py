"""Event counts and durations for Prometheus, without locks.

The client library's own metrics lock each value, although a single thread counts here.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from prometheus_client.utils import floatToGoString

Labels = tuple[str, ...]


class DurationMetrics(Collector):
    """A counter and a histogram of the same events, each with its own labels. For one thread.

    `buckets` are the upper bounds in seconds, ascending.
    """

    def __init__(
        self,
        *,
        counter: str,
        counter_help: str,
        counter_labels: Sequence[str],
        histogram: str,
        histogram_help: str,
        histogram_labels: Sequence[str],
        buckets: Sequence[float],
        registry: CollectorRegistry,
    ) -> None:
        self._counter = (counter, counter_help, counter_labels)
        self._histogram = (histogram, histogram_help, histogram_labels)
        self._bounds = buckets
        self._bound_texts = [*map(floatToGoString, buckets), "+Inf"]
        self._counts: Counter[Labels] = Counter()
        self._seconds: defaultdict[Labels, float] = defaultdict(float)
        self._bucket_counts: defaultdict[Labels, list[int]] = defaultdict(
            lambda: [0] * len(self._bound_texts)
        )
        registry.register(self)

    def observe(self, counter_values: Labels, histogram_values: Labels, seconds: float) -> None:
        """Count an event with its labels."""
        self._counts[counter_values] += 1
        self._bucket_counts[histogram_values][bisect_left(self._bounds, seconds)] += 1
        self._seconds[histogram_values] += seconds

    def collect(self) -> Iterator[Metric]:
        """The current state of both metric families."""
        name, text, labels = self._counter
        counts = CounterMetricFamily(name, text, labels=labels)
        for values, count in self._counts.items():
            counts.add_metric(values, count)
        yield counts
        name, text, labels = self._histogram
        durations = HistogramMetricFamily(name, text, labels=labels)
        for values, bucket_counts in self._bucket_counts.items():
            buckets = list(zip(self._bound_texts, accumulate(bucket_counts), strict=True))
            durations.add_metric(values, buckets, self._seconds[values])
        yield durations
