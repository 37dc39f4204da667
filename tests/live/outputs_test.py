import json
import threading

import pytest

from keras_wsad.live.outputs import Cooldown
from keras_wsad.live.outputs import Delivery
from keras_wsad.live.outputs import Lines


def begin(number):
    return {"state": "begin", "number": number}


def end(number):
    return {"state": "end", "number": number}


def test_the_cooldown_starts_with_a_delivery():
    cooldown = Cooldown(60.0)
    assert cooldown.passes(begin(1), now=0.0)
    # It was not delivered: the next may pass at once.
    assert cooldown.passes(begin(2), now=1.0)
    cooldown.delivered(begin(2), now=50.0)
    assert not cooldown.passes(begin(3), now=109.9)
    assert cooldown.passes(begin(4), now=110.0)


def test_an_end_passes_with_its_begin():
    cooldown = Cooldown(60.0)
    cooldown.delivered(begin(1), now=0.0)
    assert cooldown.passes(end(1), now=1.0)
    assert not cooldown.passes(end(2), now=1.0)
    # Nor does it prolong the cooldown.
    cooldown.delivered(end(1), now=30.0)
    assert cooldown.passes(begin(3), now=60.0)


def test_a_failed_delivery_is_tried_again_and_does_not_hold_back_the_next():
    tries = []

    def send(event):
        tries.append(event["number"])
        if event["number"] == 1:
            raise OSError("no route")

    delivery = Delivery(send, Cooldown(60.0), attempts=3, pause=0.0)
    for number in (1, 2, 3):
        delivery.put(begin(number))
    delivery.close()
    assert tries == [1, 1, 1, 2]
    assert (delivery.delivered, delivery.undelivered, delivery.held_back) == (1, 1, 1)
    assert delivery.problem == "no route"


def test_a_receiver_that_hangs_holds_nobody_up():
    hang, taken = threading.Event(), []

    def send(event):
        hang.wait()
        taken.append(event["number"])

    delivery = Delivery(send, Cooldown(0.0))
    for number in range(150):
        delivery.put(begin(number))
    hang.set()
    delivery.close()
    # One was with the receiver already, or not yet.
    assert taken[-100:] == list(range(50, 150))
    assert delivery.undelivered == 150 - len(taken)


def test_closing_does_not_wait_for_ever():
    hang = threading.Event()
    delivery = Delivery(lambda _: hang.wait(), Cooldown(0.0))
    delivery.put(begin(1))
    delivery.close(timeout=0.05)
    assert delivery.delivered == 0
    hang.set()


def test_lines_are_appended_to_a_file_that_may_be_moved(tmp_path):
    lines = Lines(tmp_path / "out.jsonl")
    lines.write({"a": 1})
    lines.write({"b": 2})
    (tmp_path / "out.jsonl").rename(tmp_path / "old.jsonl")
    lines.write({"c": 3})
    assert (tmp_path / "old.jsonl").read_text() == '{"a": 1}\n{"b": 2}\n'
    assert json.loads((tmp_path / "out.jsonl").read_text()) == {"c": 3}
    with pytest.raises(OSError):
        Lines(tmp_path).write({})
