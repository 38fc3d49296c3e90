"""The network of the current caller, for log lines written far from the request."""

from contextvars import ContextVar

_current: ContextVar[str | None] = ContextVar("caller_network", default=None)


def set_current(network: str) -> None:
    """Set the network for this task and its children."""
    _current.set(network)


def get_current() -> str | None:
    """The current caller's network; None outside a request, as in the worker."""
    return _current.get()
