"""Postsecondary CTE data quality: from the files of state grantees to needs-assessment scorecards."""
