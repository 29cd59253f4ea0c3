"""The forms of a scorecard: one list of sections that workbook and JSON are made from. Nothing is counted here."""
