"""Local stand-ins for payment gateways and providers."""
