"""Reusable Qt widgets; nothing here knows a business area."""
