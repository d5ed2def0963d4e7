"""Files in and out: Excel, CSV, ICS and the formats of other systems."""
