"""Equipment: the asset card."""
