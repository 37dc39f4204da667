"""The commands of `keras-wsad`, each in a file of its own."""
