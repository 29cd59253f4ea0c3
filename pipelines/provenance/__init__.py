"""What a run was made under: kept when it begins and when its scorecards are written, so that it can be made again."""
