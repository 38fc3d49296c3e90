"""Door 3: the panel trade's API v2, for resellers and for other installations of Vitrin."""
