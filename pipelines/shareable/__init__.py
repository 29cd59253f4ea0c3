"""What a scorecard for everybody says, from the published file alone: no warehouse, no configuration of a grantee."""
