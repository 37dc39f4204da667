def contents(folder):
    """Returns the bytes of the files of a folder by their names, a dict."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
