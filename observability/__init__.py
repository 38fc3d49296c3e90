"""Logging, metrics, tracing and error reporting."""
