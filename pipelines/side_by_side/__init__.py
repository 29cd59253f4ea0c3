"""Two definitions side by side on the same records, and whether a difference comes from data or from definition."""
