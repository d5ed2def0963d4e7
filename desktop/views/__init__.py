"""The screens: the shell and one folder per area."""
