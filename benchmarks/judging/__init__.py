"""Judging one Parquet file by 100 rules: ours, hand-written SQL, and every peer. `python -m benchmarks judging`."""
