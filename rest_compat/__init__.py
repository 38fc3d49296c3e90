"""The legacy mobile app's REST routes, with the responses of their documentation."""
