"""Invented submissions: one population, said backwards through every layout, with labeled faults. Never real data."""
