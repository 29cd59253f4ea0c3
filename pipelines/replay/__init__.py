"""Making a run again: its scorecards byte for byte, and which of its inputs a figure has changed with."""
