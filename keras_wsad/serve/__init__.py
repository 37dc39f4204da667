"""The review of alarms: a page served from loopback, and the same page as one file."""
