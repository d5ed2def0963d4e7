"""Running work off the UI thread, the change bus, settings of this workstation."""
