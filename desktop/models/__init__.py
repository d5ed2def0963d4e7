"""Qt item models between the lists and the widgets."""
