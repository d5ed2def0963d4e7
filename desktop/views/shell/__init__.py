"""The frame around every screen: window, rail, tabs, log-in, palette."""
