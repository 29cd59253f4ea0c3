"""What SQL cannot say well: exact rates, intervals and bounds."""
