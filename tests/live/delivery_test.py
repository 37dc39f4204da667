import threading

from keras_wsad.live.cooldown import Cooldown
from keras_wsad.live.delivery import Delivery


def begin(number):
    return {"state": "begin", "number": number}


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
    begun = threading.Event()

    def send(event):
        begun.set()
        hang.wait()

    delivery = Delivery(send, Cooldown(0.0))
    delivery.put(begin(1))
    assert begun.wait(timeout=60)
    delivery.put(begin(2))
    delivery.close(timeout=0.05)
    # What waits is lost, and counted; the first is with the receiver.
    assert (delivery.delivered, delivery.undelivered) == (0, 1)
    hang.set()
