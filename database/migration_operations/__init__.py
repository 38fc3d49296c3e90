"""Operations of our own that migrations use."""
