"""What a list or a file system may call a video, and no file of ours can be called."""

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
