"""What a user does: one function, one transaction, one use case. Runs off the UI thread."""
