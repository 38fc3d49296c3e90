"""Prometheus metrics of this process. The number of label values is bounded, whatever clients send."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from observability.durations import DurationMetrics

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_CALL_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30)

REQUESTS = DurationMetrics(
    counter="vitrin_http_requests",
    counter_help="HTTP requests that were answered.",
    counter_labels=["method", "route", "status"],
    histogram="vitrin_http_request_seconds",
    histogram_help="From a request's head to the end of its answer.",
    histogram_labels=["method", "route"],
    buckets=_REQUEST_BUCKETS,
    registry=REGISTRY,
)
REQUESTS_IN_PROGRESS = Gauge(
    "vitrin_http_requests_running", "HTTP requests that are being answered.", registry=REGISTRY
)
OPERATIONS = DurationMetrics(
    counter="vitrin_graphql_operations",
    counter_help="GraphQL operations that ran, by name where the name is known here.",
    counter_labels=["operation", "outcome"],
    histogram="vitrin_graphql_operation_seconds",
    histogram_help="Running an admitted query or mutation, by the first of its fields.",
    histogram_labels=["type", "field"],
    buckets=_REQUEST_BUCKETS,
    registry=REGISTRY,
)
SOCKETS = Gauge("vitrin_websockets", "Open WebSockets.", registry=REGISTRY)

PROVIDER_CALLS = Counter(
    "vitrin_provider_calls",
    "Calls of upstream providers.",
    ["host", "action", "outcome"],
    registry=REGISTRY,
)
PROVIDER_CALL_SECONDS = Histogram(
    "vitrin_provider_call_seconds",
    "How long providers took.",
    ["host"],
    buckets=_CALL_BUCKETS,
    registry=REGISTRY,
)
SECURITY_EVENTS = Counter(
    "vitrin_security_events", "Events of the security log, by their names.", ["event"], registry=REGISTRY
)
SMS = Counter("vitrin_sms", "Login codes handed to the SMS service, or not.", ["outcome"], registry=REGISTRY)

JOB_RUNS = Counter(
    "vitrin_job_runs", "Runs of the worker's jobs in this process.", ["job", "outcome"], registry=REGISTRY
)
JOB_LAST_SUCCESS = Gauge(
    "vitrin_job_last_done_timestamp_seconds",
    "When a job last ended well in this process.",
    ["job"],
    registry=REGISTRY,
)

DATABASE_UP = Gauge("vitrin_database_up", "1 while the database answers.", registry=REGISTRY)
POOL = Gauge(
    "vitrin_database_pool_connections",
    "Connections of the pool to PostgreSQL.",
    ["state"],
    registry=REGISTRY,
)
QUEUE_AGE_SECONDS = Gauge(
    "vitrin_queue_oldest_due_seconds",
    "How long the order that has waited longest should have been with its provider.",
    registry=REGISTRY,
)
QUEUED_ORDERS = Gauge("vitrin_queued_orders", "Orders that wait to be sent.", registry=REGISTRY)
AWAITING_ORDERS = Gauge(
    "vitrin_awaiting_orders", "Orders whose outcome is unknown; staff decide.", registry=REGISTRY
)
