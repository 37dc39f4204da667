"""Tables I and II: every row is a system that runs."""
