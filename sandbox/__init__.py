"""The faces of the local stand-ins: pages and addresses that the outside world would have."""
