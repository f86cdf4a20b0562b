"""Tells somebody of the verdict: a command, a webhook. Only what the config names is called."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

from ..config.models import Notify
from ..record.folder import RunFolder

PATIENCE = 30.0
"""Seconds that a command or a webhook may take."""


def notice(folder: RunFolder, verdict: Mapping[str, Any]) -> dict[str, Any]:
    """What is told: a sentence as `text`, which chat programs show, and the facts beside it."""
    who = f"{verdict['winner']} won" if verdict["winner"] else str(verdict["outcome"])
    return {
        "text": f"{folder.name}: {who}: {verdict['reason']}",
        **{key: verdict[key] for key in ("run", "outcome", "winner", "epoch", "reason")},
        "folder": str(folder.path),
    }


def tell(wanted: Notify, told: Mapping[str, Any]) -> Iterator[str]:
    """Tell everybody who is wanted; gives a sentence about each that could not be told."""
    text = json.dumps(told)
    if wanted.command and (problem := _command(wanted.command, text, told)):
        yield f"notify.command: {problem}"
    if wanted.webhook and (problem := _webhook(wanted.webhook, text)):
        yield f"notify.webhook: {problem}"


def _command(command: str, text: str, told: Mapping[str, Any]) -> str:
    names = ("run", "outcome", "winner", "text")
    facts = {f"TOURNAMENT_{name.upper()}": str(told[name] or "") for name in names}
    try:
        done = subprocess.run(
            shlex.split(command),
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **facts},
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return f"took longer than {PATIENCE:g} s, and was ended"
    except OSError as error:
        return f"cannot be started: {error}"
    if done.returncode == 0:
        return ""
    last = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()[-1:]
    return ": ".join([f"ended with exit code {done.returncode}", *last])


def _webhook(url: str, text: str) -> str:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, text.encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE):
            return ""
    except urllib.error.HTTPError as error:
        return f"answered {error.code} {error.reason}"
    except (OSError, ValueError) as error:
        return f"cannot be reached: {getattr(error, 'reason', error)}"
