import csv
import io


def csv_text(columns, rows):
    r"""Returns a table as CSV.

    Args:
        columns: iterable of str.
        rows: iterable of iterables of cells, or of dicts with columns as keys, of which
            some may lack.

    Example:

    >>> csv_text(("video", "frames"), [("Arson011", 9000), {"frames": 30}])
    'video,frames\nArson011,9000\n,30\n'
    """
    columns = list(columns)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        is_dict = isinstance(row, dict)
        writer.writerow([row.get(name) for name in columns] if is_dict else row)
    return text.getvalue()
