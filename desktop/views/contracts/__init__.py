"""Contracts: the form and its cost."""
