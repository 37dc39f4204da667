"""Names of videos that cannot be names of our files."""

NO_NAMES = (
    "",
    ".",
    "..",
    "a/b",
    "../b",
    "a\\b",
    "a\0b",
    "a\nb",
    "a\u2028b",
    "lat\udce9in",
    ".partial-extract-a",
    "a" * 241,
)
