"""Work orders: the form with checklist, parts and hours."""
