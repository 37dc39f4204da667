"""Training data of the backbone `compact`: rendered clips of plain motions."""
