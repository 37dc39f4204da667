"""One module for each work that is timed; `benchmarks/README.md` says what is in it."""
