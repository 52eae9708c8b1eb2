"""Data only: rule sets, styles, type, the demonstration's story."""
