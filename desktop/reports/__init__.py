"""Documents on paper: PDF by reportlab, one module per area."""
