"""Door 2: the documented REST routes of the legacy mobile app, answered as its reference has them."""
