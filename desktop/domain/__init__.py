"""Plain Python that all of the desktop may use: values, states, conditions, texts. No Qt, no SQL."""
