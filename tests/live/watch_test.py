import types

from keras_wsad.live import Watch
from keras_wsad.live.cooldown import Cooldown
from keras_wsad.live.meter import Meter


def test_the_status_says_what_became_of_the_alarms():
    def receiver(delivered, undelivered, problem):
        return types.SimpleNamespace(
            delivered=delivered, held_back=0, undelivered=undelivered, problem=problem
        )

    ended = types.SimpleNamespace(next_clip=lambda: None, has_ended=True)
    receivers = [receiver(3, 1, "no route"), receiver(2, 0, None)]
    records = []
    Watch(ended, None, None, Meter(), records.append, Cooldown(0.0), receivers).run()
    status = records[-1]
    assert (status["type"], status["delivered"], status["undelivered"]) == ("status", 5, 1)
    assert status["delivery_problem"] == "no route"
