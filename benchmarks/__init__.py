"""What is promised of the speed, measured: `python -m benchmarks [match|load|webhook|memory|bad|accept|callbacks|way]`."""
