"""Traces of requests, exported to an OpenTelemetry collector."""

from typing import TYPE_CHECKING

from config.settings import Settings
from observability.optional_packages import MissingPackage

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer


def build_tracer(settings: Settings) -> "Tracer | None":
    """The tracer that exports spans to OTLP_ENDPOINT in the background; None if that is not set.

    Raises:
        MissingPackage: OpenTelemetry is not installed.
    """
    if not settings.otlp_endpoint:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise MissingPackage("OTLP_ENDPOINT", group="tracing") from error
    resource = Resource.create(
        {"service.name": "vitrin", "deployment.environment.name": settings.environment}
    )
    # The provider exports remaining spans when the process exits.
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(settings.otlp_endpoint)))
    return provider.get_tracer("vitrin")
