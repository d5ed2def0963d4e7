"""Outpost, the program on each workstation."""
