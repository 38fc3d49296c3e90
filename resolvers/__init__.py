"""The operations: what the shop does, one public function each, whichever door asks."""
