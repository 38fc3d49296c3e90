"""Business operations, one public function each, shared by every API."""
