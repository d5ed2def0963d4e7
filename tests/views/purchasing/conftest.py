"""The rooms of buyers, clerks and finance."""

from __future__ import annotations

from tests.rooms import room

__all__ = ["room"]
