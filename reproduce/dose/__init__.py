"""When attention helps: made-up videos, the study on them, and its table and picture."""
