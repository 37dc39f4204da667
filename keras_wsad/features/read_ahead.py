import collections
import concurrent.futures
import contextlib

# Two items in hand: one that waits and the one being computed.
_AHEAD = 2


def read_ahead(items):
    """Runs a generator in a thread, so that its next item is computed ahead.

    Items come in their order; what the generator raises is raised where its next item would
    have been. Closing what is returned waits for the items in hand, two at most, ends the
    thread and closes the generator.

    Args:
        items: generator.

    Returns:
        A generator of the same items.

    Example:

    >>> list(read_ahead(number**2 for number in range(4)))
    [0, 1, 4, 9]
    """
    end = object()
    with contextlib.closing(items), concurrent.futures.ThreadPoolExecutor(1) as thread:
        ahead = collections.deque(thread.submit(next, items, end) for _ in range(_AHEAD))
        while (found := [ahead.popleft().result()])[0] is not end:
            ahead.append(thread.submit(next, items, end))
            # No local name keeps a yielded item alive.
            yield found.pop()
