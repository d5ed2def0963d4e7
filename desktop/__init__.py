"""Outpost, the program on each workstation."""

__version__ = "0.1.0"
