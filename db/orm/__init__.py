"""Mapped classes, one module per area: columns, and relationships with lazy="raise" for joins."""
