"""Receivers of alarms: a webhook and an MQTT broker."""

import contextlib
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request

from keras_wsad.errors import ConfigError
from keras_wsad.extras import import_extra

# Seconds for a connection, and for an answer.
_TIMEOUT = 5.0


def webhook(url, timeout=_TIMEOUT):
    """Returns a function that posts a dict as JSON.

    It raises `OSError` if the server cannot be reached in time or does not answer with
    success.

    Args:
        url: str.
        timeout: float. Seconds. Defaults to `5`.

    Raises:
        ConfigError: the URL is not one of HTTP.
    """
    parts = _split(url, ("http", "https"), "http://HOST/PATH")

    def send(event):
        headers = {"Content-Type": "application/json", "User-Agent": "keras-wsad"}
        # `_split` lets no other scheme pass.
        request = urllib.request.Request(url, json.dumps(event).encode(), headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=timeout):  # noqa: S310
                pass
        except (OSError, http.client.HTTPException) as error:
            # The path of a webhook is often its password.
            raise OSError(f"{parts.hostname}: {error}") from error

    return send


def mqtt(url, timeout=_TIMEOUT):
    """Returns a function that publishes a dict as JSON, at least once (QoS 1).

    It connects for each alarm and raises `OSError` if the broker does not confirm in time.

    Args:
        url: str, `mqtt://[USER:PASSWORD@]HOST[:PORT]/TOPIC`, or `mqtts://` for TLS.
        timeout: float. Seconds. Defaults to `5`.

    Raises:
        ConfigError: the URL is not such.
        MissingExtraError: paho-mqtt is not installed.
    """
    parts = _split(url, ("mqtt", "mqtts"), "mqtt://HOST/TOPIC")
    topic = urllib.parse.unquote(parts.path[1:])
    if not topic:
        raise ConfigError("Expected mqtt://HOST/TOPIC. Received: a URL without topic")
    paho = import_extra("paho.mqtt.client", "mqtt")
    port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)

    def send(event):
        client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        client.connect_timeout = timeout
        if parts.username:
            user, password = (
                part and urllib.parse.unquote(part)
                for part in (parts.username, parts.password)
            )
            client.username_pw_set(user, password)
        if parts.scheme == "mqtts":
            client.tls_set()
        try:
            client.connect(parts.hostname, port)
            client.loop_start()
            sent = client.publish(topic, json.dumps(event), qos=1)
            sent.wait_for_publish(timeout)
            if not sent.is_published():
                raise TimeoutError(f"not confirmed within {timeout:g} s")
        except (OSError, RuntimeError, ValueError) as error:
            raise OSError(f"{parts.hostname}: {error}") from error
        finally:
            with contextlib.suppress(OSError):
                client.disconnect()
            client.loop_stop()

    return send


def _split(url, schemes, form):
    try:
        parts = urllib.parse.urlsplit(url)
        # Raises if it is no number.
        parts.port  # noqa: B018
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in schemes or not parts.hostname:
        raise ConfigError(f"Expected {form}. Received: another kind of URL")
    return parts
