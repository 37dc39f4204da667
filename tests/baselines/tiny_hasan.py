from keras_wsad.baselines.hasan import Hasan


class TinyHasan(Hasan):
    """The system on the smallest frames and with few filters."""

    def __init__(self, config):
        super().__init__(config, size=35, filters=(8, 6, 4))
