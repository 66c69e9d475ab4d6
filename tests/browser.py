"""Chromium, driven over its DevTools pipe: a page is opened, asked by script, and each of its requests is noted."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from outside import browser

_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)

_LONGEST = 120
"""Seconds after which a browser that says nothing more is ended, so that no test waits for it for ever."""


class Page:
    """One open page. `requests` are the addresses of all that it asked for, `complaints` what its console says."""

    def __init__(self, commands: BinaryIO, events: BinaryIO) -> None:
        self._commands, self._events, self._last, self._session = commands, events, 0, ""
        self.requests: list[str] = []
        self.complaints: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self._call(f"{domain}.enable")

    def open(self, path: Path) -> None:
        """Opens a file, and waits until it is loaded."""
        self.requests.clear()
        self.complaints.clear()
        self._call("Page.navigate", url=path.as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def ask(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def photograph(self, path: Path, width: int, height: int) -> None:
        """Writes a picture of the page, from its top."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        shot = self._call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._last += 1
        said = {"id": self._last, "method": method, "params": parameters}
        self._commands.write(
            json.dumps(said | ({"sessionId": self._session} if self._session else {})).encode() + b"\0"
        )
        self._commands.flush()
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        """The next thing that the browser says."""
        said = bytearray()
        while (byte := self._events.read(1)) != b"\0":
            assert byte, "chromium has gone"
            said += byte
        message: dict[str, Any] = json.loads(said)
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            case "Log.entryAdded":
                self.complaints.append(message["params"]["entry"]["text"])
            case "Runtime.exceptionThrown" | "Page.javascriptDialogOpening":
                self.complaints.append(json.dumps(message["params"]))
            case _:
                pass
        return message


@contextmanager
def opened(folder: Path) -> Iterator[Page]:
    """A browser with one page. `folder` keeps its profile."""
    their_in, our_out = os.pipe()
    our_in, their_out = os.pipe()
    shell = f'exec "$@" 3<&{their_in} 4>&{their_out}'
    words = ["bash", "-c", shell, "chromium", browser(), *_OPTIONS, f"--user-data-dir={folder}"]
    process = subprocess.Popen(
        words, pass_fds=(their_in, their_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(their_in)
    os.close(their_out)
    patience = threading.Timer(_LONGEST, process.kill)
    patience.start()
    with open(our_out, "wb") as commands, open(our_in, "rb") as events:
        try:
            yield Page(commands, events)
        finally:
            patience.cancel()
            process.terminate()
            process.wait(timeout=20)
