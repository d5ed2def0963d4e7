"""The warehouse: desk, items, stock."""
