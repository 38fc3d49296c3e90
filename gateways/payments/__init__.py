"""Payment gateways: the interface, one module each, and their registry."""
