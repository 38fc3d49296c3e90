"""Shared parts of the HTTP APIs."""
