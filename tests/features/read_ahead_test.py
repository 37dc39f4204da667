import contextlib
import gc
import threading
import weakref

import pytest

from keras_wsad.features.read_ahead import read_ahead


def counted(made, number=10):
    """Counts the items that have been made."""
    for item in range(number):
        made.append(item)
        yield item


def test_items_come_in_their_order_from_another_thread():
    def threads():
        for number in range(100):
            yield number, threading.current_thread()

    items = list(read_ahead(threads()))
    assert [number for number, _ in items] == list(range(100))
    assert threading.current_thread() not in {thread for _, thread in items}


def test_no_more_items_are_made_than_may_wait():
    made = []
    for item in read_ahead(counted(made)):
        # One given, one that waits, and one being made.
        assert len(made) <= item + 3
    assert made == list(range(10))


def test_the_next_item_is_made_while_one_is_in_use():
    second = threading.Event()

    def items():
        yield 1
        second.set()
        yield 2

    for item in read_ahead(items()):
        assert item == 2 or second.wait(timeout=60)


def test_what_is_raised_comes_in_its_place():
    def items():
        yield from (1, 2)
        raise KeyError("third")

    seen = []
    with pytest.raises(KeyError, match="third"):
        for item in read_ahead(items()):
            seen.append(item)
    assert seen == [1, 2]


def test_leaving_ends_the_thread_and_closes_the_generator():
    made, closed = [], []

    def items():
        try:
            yield from counted(made, number=10**9)
        finally:
            closed.append(threading.current_thread())

    before = threading.active_count()
    with contextlib.closing(read_ahead(items())) as ahead:
        for item in ahead:
            if item == 3:
                break
    assert threading.active_count() == before
    assert len(closed) == 1 and len(made) <= 6


def test_an_item_that_was_given_is_not_kept():
    class Item:
        pass

    references = []
    for item in read_ahead(Item() for _ in range(3)):
        references.append(weakref.ref(item))
        del item
        gc.collect()
        assert references[-1]() is None
