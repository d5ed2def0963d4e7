"""The declarative heart: what each grid shows, as frozen data."""
