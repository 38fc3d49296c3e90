"""Compiled execution: generated functions complete selections, with graphql-core as the fallback."""
