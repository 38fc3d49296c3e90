"""The network of the caller that is being answered, for lines that are written far from the request."""

from contextvars import ContextVar

_current: ContextVar[str | None] = ContextVar("caller_network", default=None)


def set_current(network: str) -> None:
    """From here on, what this task and its children do is done for a caller in `network`."""
    _current.set(network)


def get_current() -> str | None:
    """The present caller's network; None outside of a request, as in the worker."""
    return _current.get()
