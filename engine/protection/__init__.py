"""Protection against expensive operations: costs, limits, token buckets, persisted documents."""
