import collections
import contextlib
import threading


class ReadAhead:
    """Runs a generator in a thread, so that items are computed ahead.

    A context manager to iterate over, once. Items come in their order. What the generator
    raises is raised where its next item would have been. Leaving the context ends the
    thread at its next item, waits for it, and closes the generator.

    Memory holds `depth` finished items and the one being computed.

    Args:
        items: generator.
        depth: int. Items that may wait. Defaults to `1`.

    Example:

    >>> with ReadAhead(number**2 for number in range(4)) as squares:
    ...     print(list(squares))
    [0, 1, 4, 9]
    """

    def __init__(self, items, depth=1):
        self._items = items
        self._depth = depth
        self._waiting = collections.deque()
        self._changed = threading.Condition()
        self._is_left = self._has_ended = False
        self._error = None
        self._thread = threading.Thread(target=self._run, name="read ahead")

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        with self._changed:
            self._is_left = True
            self._changed.notify_all()
        self._thread.join()
        self._waiting.clear()

    def __iter__(self):
        while self._wait():
            # No local name keeps a yielded item alive.
            yield self._take()

    def _wait(self):
        """Waits for an item. Returns whether there is one; raises the generator's error."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._has_ended)
            if self._waiting:
                return True
        if self._error is not None:
            raise self._error
        return False

    def _take(self):
        with self._changed:
            self._changed.notify_all()
            return self._waiting.popleft()

    def _run(self):
        try:
            with contextlib.closing(self._items) as items:
                for item in items:
                    if not self._hand_over(item):
                        break
                    # Do not keep this item alive while the next is computed.
                    del item
        except BaseException as error:
            self._error = error
        finally:
            with self._changed:
                self._has_ended = True
                self._changed.notify_all()

    def _hand_over(self, item):
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_left or len(self._waiting) < self._depth
            )
            if not self._is_left:
                self._waiting.append(item)
                self._changed.notify_all()
            return not self._is_left
