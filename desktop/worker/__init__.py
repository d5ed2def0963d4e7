"""Headless jobs behind one leader lock."""
