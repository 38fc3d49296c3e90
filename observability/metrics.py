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
    counter_help="HTTP requests answered.",
    counter_labels=["method", "route", "status"],
    histogram="vitrin_http_request_duration_seconds",
    histogram_help="Time from the head of a request to the end of its response.",
    histogram_labels=["method", "route"],
    buckets=_REQUEST_BUCKETS,
    registry=REGISTRY,
)
REQUESTS_IN_PROGRESS = Gauge(
    "vitrin_http_requests_in_progress", "HTTP requests in progress.", registry=REGISTRY
)
OPERATIONS = DurationMetrics(
    counter="vitrin_graphql_operations",
    counter_help="GraphQL operations executed; those of unknown names count as `other`.",
    counter_labels=["operation", "outcome"],
    histogram="vitrin_graphql_operation_duration_seconds",
    histogram_help="Execution time of a query or mutation, by its first field.",
    histogram_labels=["type", "field"],
    buckets=_REQUEST_BUCKETS,
    registry=REGISTRY,
)
SOCKETS = Gauge("vitrin_websocket_connections", "Open WebSockets.", registry=REGISTRY)

PROVIDER_CALLS = Counter(
    "vitrin_provider_calls",
    "Calls to upstream providers.",
    ["host", "action", "outcome"],
    registry=REGISTRY,
)
PROVIDER_CALL_SECONDS = Histogram(
    "vitrin_provider_call_duration_seconds",
    "Duration of calls to upstream providers.",
    ["host"],
    buckets=_CALL_BUCKETS,
    registry=REGISTRY,
)
SECURITY_EVENTS = Counter(
    "vitrin_security_events", "Events in the security log.", ["event"], registry=REGISTRY
)
SMS = Counter(
    "vitrin_sms_messages", "SMS messages with login codes, by outcome.", ["outcome"], registry=REGISTRY
)

JOB_RUNS = Counter(
    "vitrin_job_runs", "Runs of worker jobs in this process.", ["job", "outcome"], registry=REGISTRY
)
JOB_LAST_SUCCESS = Gauge(
    "vitrin_job_last_success_timestamp_seconds",
    "Time of a job's last success in this process.",
    ["job"],
    registry=REGISTRY,
)

DATABASE_UP = Gauge("vitrin_database_up", "1 if the database answers, otherwise 0.", registry=REGISTRY)
POOL = Gauge(
    "vitrin_database_pool_connections",
    "Connections of the PostgreSQL pool.",
    ["state"],
    registry=REGISTRY,
)
QUEUE_AGE_SECONDS = Gauge(
    "vitrin_oldest_due_order_age_seconds",
    "How long the oldest due order is overdue for submission to its provider.",
    registry=REGISTRY,
)
QUEUED_ORDERS = Gauge("vitrin_queued_orders", "Orders queued for submission.", registry=REGISTRY)
AWAITING_ORDERS = Gauge(
    "vitrin_awaiting_orders",
    "Orders whose outcome at the provider is unknown, waiting for staff.",
    registry=REGISTRY,
)
