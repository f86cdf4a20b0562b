"""A distribution from templates: names into texts, texts into files, nothing overwritten."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from string import Template

from ..config.writing import flow
from ..errors import ConfigError, Problem
from ..plugin.hookspecs import Kind
from ..plugin.inspection import Started
from ..plugin.registry import Registry

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 40
ENDING = ".template"


def names_of(name: str) -> dict[str, str]:
    """What a plugin's name becomes in the files: its module and its class, too."""
    parts = name.split("-")
    return {
        "name": name,
        "module": "_".join(parts),
        "cls": "".join(part.capitalize() for part in parts),
    }


def problems_with(kind: Kind, name: str, folder: Path, registry: Registry) -> list[str]:
    """Why no such distribution should be made; empty if nothing speaks against it."""
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        return [
            f"{name!r} cannot be a name: expected up to {LONGEST} of a-z, 0-9 and single hyphens, "
            "a letter first, such as my-idea"
        ]
    found = []
    module = names_of(name)["module"]
    if registry.kinds(name):
        (other,) = [i for i in registry.installed if i.plugin.name == name][:1]
        found.append(f"a {other.plugin.kind} called {name!r} is installed, by {other.distribution}")
    if keyword.iskeyword(module) or module in sys.stdlib_module_names or _importable(module):
        found.append(f"a module called {module!r} exists; it would hide the new one, or be hidden")
    if folder.exists():
        found.append(f"{folder} is there already; nothing is overwritten")
    return [f"{text}. Choose another name for the {kind}" for text in found]


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return True


def texts(kind: Kind, values: Mapping[str, str]) -> dict[str, str]:
    """The files of a distribution of this kind, by their names."""
    place = Path(__file__).parent / kind
    return {
        path.name.removesuffix(ENDING).replace("MODULE", values["module"]): Template(
            path.read_text()
        ).substitute(values)
        for path in sorted(place.glob(f"*{ENDING}"))
    }


def strategy_texts(name: str, task: str, started: Started, needs: str) -> dict[str, str]:
    """A strategy: the starter of its task under a new name. `needs`: who brings the task."""
    values = names_of(name)
    shown = {
        "task": task,
        "task_options": flow(started.options),
        "criteria": flow(list(started.criteria)),
        "needs": "".join(f', "{each}"' for each in [needs] if each != "strategy-tournament"),
    }
    old = started.target.partition(":")[2]
    code = started.text.replace(started.target, f"{values['module']}:{values['cls']}")
    code = code.replace(f'"{started.name}"', f'"{name}"')
    code = re.sub(rf"\b{re.escape(old)}\b", values["cls"], code)
    return {**texts("strategy", values | shown), f"{values['module']}.py": code}


def write_all(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write the files into a new folder. Raises ConfigError when it cannot be made."""
    try:
        folder.mkdir(parents=True)
        paths = [folder / name for name in files]
        for path in paths:
            path.write_text(files[path.name])
    except OSError as error:
        raise ConfigError([Problem(f"{folder} cannot be made: {error.strerror}")]) from error
    return paths
