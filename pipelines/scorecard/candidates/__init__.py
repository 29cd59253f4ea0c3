"""What would raise what a scorecard says: corrections proposed from the evidence, each with its gain by simulation."""
