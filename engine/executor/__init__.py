"""Compiled execution: completes selections by generated code, and falls back to graphql-core."""
