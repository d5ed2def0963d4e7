"""The shared database and the only code that speaks to it. Never imports Qt or the desktop."""
