"""Operations: what the shop does, one public function each, the same for every API."""
