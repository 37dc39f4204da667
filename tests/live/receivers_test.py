import contextlib
import http.server
import json
import shutil
import socket
import subprocess
import sys
import threading
import time

import pytest

from keras_wsad.errors import ConfigError
from keras_wsad.errors import MissingExtraError
from keras_wsad.live.receivers import mqtt
from keras_wsad.live.receivers import webhook


@contextlib.contextmanager
def http_server(status, taken):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            size = int(self.headers["Content-Length"])
            taken.append(json.loads(self.rfile.read(size)))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/secret"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_webhook_gets_json():
    taken = []
    with http_server(204, taken) as url:
        webhook(url)({"peak": 0.9})
    assert taken == [{"peak": 0.9}]


def test_what_a_webhook_rejects_is_not_delivered_and_its_path_stays_secret():
    with http_server(500, []) as url, pytest.raises(OSError, match="500") as error:
        webhook(url)({})
    assert "secret" not in str(error.value)
    with pytest.raises(OSError, match="refused"):
        webhook(url)({})


@contextlib.contextmanager
def silent_port():
    """A server that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_silent_receiver_is_a_time_out():
    with silent_port() as port, pytest.raises(OSError, match="timed out"):
        webhook(f"http://127.0.0.1:{port}/", timeout=0.1)({})


def test_a_silent_broker_is_a_time_out():
    pytest.importorskip("paho.mqtt.client")
    with silent_port() as port, pytest.raises(OSError, match="not confirmed"):
        mqtt(f"mqtt://127.0.0.1:{port}/alarms", timeout=0.1)({})


@pytest.mark.parametrize(
    ("open_receiver", "url"),
    [
        (webhook, "ftp://host/"),
        (webhook, "host"),
        (webhook, "http://host:port/"),
        (mqtt, "http://host/topic"),
        (mqtt, "mqtt://host"),
    ],
)
def test_another_kind_of_url_is_an_error(open_receiver, url):
    with pytest.raises(ConfigError, match="Expected"):
        open_receiver(url)


def test_a_missing_library_is_named_with_its_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'keras_wsad\[mqtt\]'"):
        mqtt("mqtt://host/topic")


@pytest.mark.large
def test_a_real_broker_passes_an_alarm_on(tmp_path):
    paho = pytest.importorskip("paho.mqtt.client")
    broker = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if broker is None:
        pytest.skip("mosquitto is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([broker, "-p", str(port)], stderr=subprocess.DEVNULL)
    taken = threading.Event()
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)

    def note(_client, _data, message):
        assert json.loads(message.payload) == {"peak": 0.9}
        taken.set()

    client.on_message = note
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                client.connect("127.0.0.1", port)
                break
            time.sleep(0.1)
        client.loop_start()
        client.subscribe("yard/alarms", qos=1)
        # A subscription may come after the alarm, of which a second one does no harm.
        for _ in range(20):
            mqtt(f"mqtt://127.0.0.1:{port}/yard/alarms")({"peak": 0.9})
            if taken.wait(0.5):
                break
        assert taken.is_set()
    finally:
        client.loop_stop()
        process.kill()
        process.wait()
