"""The panel API v2, for resellers and for other installations of Vitrin."""
