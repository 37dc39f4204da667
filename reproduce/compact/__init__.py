"""What the backbone `compact` learned from: rendered clips of plain motions."""
