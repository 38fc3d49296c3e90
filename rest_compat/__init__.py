"""The legacy mobile app's REST routes, answered as their documentation shows them."""
