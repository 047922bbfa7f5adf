"""Long trials with faults; `make trials ONLY=hours`."""
