"""Screens that serve all areas: importing files."""
