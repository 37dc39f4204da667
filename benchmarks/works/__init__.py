"""One module for each work that is timed, see `benchmarks/README.md`."""
