"""What is installed is found one entry point at a time, and what is broken is named."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tournament.errors import PluginError
from tournament.plugin.discovery import load_registry
from tournament.plugin.inspection import Inspected, Inspection, inspect


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a distribution with one plugin module on the path; gives the path of all."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    names = ["toy_strategy"]

    (tmp_path / "toy_strategy.py").write_text(STRATEGY)

    def add(name: str, source: str):
        module = name.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{module}-2.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.5\n")
        (info / "entry_points.txt").write_text(f"[tournament]\n{name} = {module}\n")
        names.append(module)
        return [str(tmp_path)]

    yield add
    for module in names:
        sys.modules.pop(module, None)


STRATEGY = """
import pydantic
from tournament import Strategy

class Half(Strategy):
    def train_epoch(self, data): ...
    def predict(self, inputs): ...

class Mine(Half):
    def __init__(self, options, context): ...
    def state(self): ...
    def load_state(self, state): ...

class Loose(Mine):
    class Options(pydantic.BaseModel):
        pass
"""

GOOD = """
from tournament import Plugin, hookimpl

@hookimpl
def tournament_register():
    return [Plugin("strategy", "{name}", "{target}", "what it is", needs={needs})]
"""


def good(name="mine", target="toy_strategy:Mine", needs=()):
    return GOOD.format(name=name, target=target, needs=needs)


def test_a_plugin_is_listed_with_its_distribution_and_version(install):
    registry = load_registry(install("good-plugin", good()))
    (found,) = registry.installed
    assert (found.distribution, found.version) == ("good-plugin", "2.5")
    assert registry.load("strategy", "mine").__name__ == "Mine"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise RuntimeError('no GPU today')", "RuntimeError: no GPU today"),
        ("import no_such_thing", "ModuleNotFoundError: No module named 'no_such_thing'"),
        ("x = 1", "has no function `tournament_register`"),
        (
            "from tournament import hookimpl\n@hookimpl\ndef tournament_registr(): return []",
            "unknown hook 'tournament_registr'",
        ),
        (
            "from tournament import hookimpl\n@hookimpl\ndef tournament_register(): return ['me']",
            "expected tournament.Plugin objects",
        ),
        (good(target="no_colon"), "should read 'module:Class'"),
        (good().replace('"strategy"', '"stragety"'), "Did you mean 'strategy'?"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import os; os._exit(7)", "its process ended with code 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "was killed by SIGKILL"),
        ("import os, sys; os.write(int(sys.argv[1]), b'{'); os._exit(0)", "ended with code 0"),
        ("import os, sys; os.write(int(sys.argv[1]), b'{}}\\n'); os._exit(3)", "ended with code 3"),
        ("import os, sys; os.write(int(sys.argv[1]), b'3\\n'); os._exit(0)", "cannot be read"),
        ("raise BaseException('odd')", "BaseException: odd"),
        ("raise ValueError('\\udcff')", "ValueError: \\udcff"),
        (good().replace("'what it is'", "3").replace('"what it is"', "3"), "summary 3 should be"),
        (good(needs=("",)), "should be a tuple of package names"),
        (good().replace("return [", "return (").replace(")]", ") for _ in iter(int, 1))"), "1000"),
    ],
)
def test_a_broken_plugin_is_kept_with_its_reason_and_the_others_still_load(install, source, reason):
    install("broken-plugin", source)
    registry = load_registry(install("good-plugin", good()))
    assert registry.names("strategy") == ("mine",)
    (broken,) = registry.broken
    assert (broken.distribution, broken.version) == ("broken-plugin", "2.5")
    assert reason in broken.reason


@pytest.mark.parametrize("metadata", ["", "Metadata-Version: 2.1\n", "Name: half\n"])
def test_a_distribution_without_name_or_version_is_listed_all_the_same(install, tmp_path, metadata):
    install("odd-plugin", good())
    (tmp_path / "odd_plugin-2.5.dist-info" / "METADATA").write_text(metadata)
    (found,) = load_registry([str(tmp_path)]).installed
    assert found.distribution in ("unknown", "half")
    assert found.version == "unknown"


@pytest.mark.parametrize(
    "text", [b"[tournament]\nno equals sign\n", b"[tournament]\nx = caf\xe9\n"]
)
def test_a_list_of_entry_points_that_cannot_be_read_hides_no_other(install, tmp_path, text):
    install("odd-plugin", good())
    (tmp_path / "odd_plugin-2.5.dist-info" / "entry_points.txt").write_bytes(text)
    registry = load_registry(install("good-plugin", good()))
    assert registry.names("strategy") == ("mine",)
    (broken,) = registry.broken
    assert (broken.distribution, broken.version) == ("odd-plugin", "2.5")
    assert "its entry_points.txt cannot be read" in broken.reason


def test_an_entry_point_of_an_impossible_name_is_broken(install, tmp_path):
    install("odd-plugin", good())
    listed = tmp_path / "odd_plugin-2.5.dist-info" / "entry_points.txt"
    listed.write_bytes(b"[tournament]\na\0b = no\0module\n")
    (broken,) = load_registry([str(tmp_path)]).broken
    assert broken.distribution == "odd-plugin"


def test_two_plugins_of_one_name_are_an_error_that_names_both(install):
    install("first-plugin", good())
    found = install("second-plugin", good())
    with pytest.raises(PluginError, match=r"first-plugin 2\.5.*second-plugin 2\.5"):
        load_registry(found)


def test_an_unknown_name_is_answered_with_the_nearest(install):
    registry = load_registry(install("good-plugin", good("attention")))
    with pytest.raises(PluginError, match="Did you mean 'attention'"):
        registry.find("strategy", "atention")


def test_a_missing_package_is_told_with_the_command_that_installs_it(install):
    registry = load_registry(install("good-plugin", good(needs=("not_there",))))
    with pytest.raises(PluginError, match=r"needs not_there\. Install: pip install 'not_there'"):
        registry.load("strategy", "mine")


def test_a_target_that_cannot_be_imported_names_its_distribution(install):
    registry = load_registry(install("good-plugin", good(target="collections:Nothing")))
    with pytest.raises(PluginError, match=r"'mine' cannot be imported from 'collections:Nothing'"):
        registry.load("strategy", "mine")


def test_the_built_in_plugins_enter_by_the_same_door():
    registry = load_registry()
    assert registry.broken == ()
    assert set(registry.names("strategy")) >= {"attention-supervised", "pretrained-features"}
    assert "persistence" in registry.names("task")
    assert "success-figure" in registry.names("reporter")


def test_what_a_plugin_declares_is_asked_in_a_process_of_its_own(install, tmp_path):
    """So that the code of a package can touch neither the referee nor another's plugin."""
    source = "import os, pathlib\npathlib.Path('{}').write_text(str(os.getpid()))\n" + good()
    pids = [tmp_path / "first", tmp_path / "second"]
    install("first-plugin", source.format(pids[0]).replace("mine", "other"))
    load_registry(install("second-plugin", source.format(pids[1])))
    first, second = (int(path.read_text()) for path in pids)
    assert len({first, second, os.getpid()}) == 3
    assert not {"first_plugin", "second_plugin"} & set(sys.modules)


def test_one_that_does_not_say_what_it_declares_is_ended(install, tmp_path, monkeypatch):
    monkeypatch.setattr("tournament.plugin.discovery.PATIENCE", 1.0)
    pid = tmp_path / "pid"
    source = f"import os, pathlib, time\npathlib.Path('{pid}').write_text(str(os.getpid()))\n"
    registry = load_registry(install("slow-plugin", source + "time.sleep(600)"))
    assert "did not answer in time" in registry.broken[0].reason
    if pid.exists():
        assert not Path(f"/proc/{pid.read_text()}").exists()


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("collections:OrderedDict", r"no subclass of tournament\.Strategy"),
        ("toy_strategy:Half", r"Half lacks .*load_state, state"),
        ("toy_strategy:Loose", r"Loose\.Options is no subclass of tournament\.Options"),
    ],
)
def test_a_class_that_breaks_its_contract_is_refused(install, target, reason):
    registry = load_registry(install("good-plugin", good(target=target)))
    with pytest.raises(PluginError, match=reason):
        registry.load("strategy", "mine")


def test_a_missing_part_of_a_package_breaks_nothing_else(install):
    registry = load_registry(install("good-plugin", good(needs=("not_there.part",))))
    assert registry.installed[0].missing == ("not_there",)


def test_what_a_plugin_prints_does_not_reach_stdout(install, capfd):
    load_registry(install("good-plugin", "print('hello')\n" + good()))
    heard = capfd.readouterr()
    assert heard.out == ""
    assert "hello" in heard.err


def test_a_package_that_cannot_be_looked_up_is_not_missing(install):
    """`__main__` has no spec, and `find_spec` says so by a ValueError."""
    registry = load_registry(install("good-plugin", good(needs=("__main__",))))
    assert registry.installed[0].missing == ()


def test_what_was_said_counts_whatever_is_done_afterwards(install):
    source = "import atexit, os\natexit.register(lambda: os._exit(3))\n" + good()
    assert load_registry(install("good-plugin", source)).names("strategy") == ("mine",)


def ended(pid: int) -> bool:
    """Whether a process is gone, or goes within 20 seconds."""
    with suppress(psutil.NoSuchProcess):
        return not psutil.wait_procs([psutil.Process(pid)], timeout=20)[1]
    return True


def test_what_a_plugin_started_does_not_outlive_the_question(install, tmp_path):
    source = f"""
import pathlib, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("{tmp_path / "pid"}").write_text(str(child.pid))
"""
    load_registry(install("good-plugin", source + good()))
    pid = int((tmp_path / "pid").read_text())
    assert ended(pid)


@pytest.mark.parametrize("closed", ["0", "1", "2", "0, 1, 2"])
def test_closed_standard_streams_disturb_nothing(install, tmp_path, closed):
    install("good-plugin", good())
    code = (
        "import os, pathlib\n"
        f"for each in ({closed},): os.close(each)\n"
        "from tournament.plugin.discovery import load_registry\n"
        "names = load_registry().names('strategy')\n"
        f"pathlib.Path({str(tmp_path / 'names')!r}).write_text(str(names))"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert "'mine'" in (tmp_path / "names").read_text()


TARGETS = {
    "exits": "import os; os._exit(0)",
    "leaves": "import sys; sys.exit(0)",
    "raises": "raise BaseException('odd')",
    "prints": "print('noise')\nfrom toy_strategy import Mine",
    "hangs": "import time; time.sleep(600)",
}


@pytest.fixture
def looked_at(install, tmp_path, monkeypatch):
    """What is said of a strategy whose module is one of TARGETS."""
    monkeypatch.setattr("tournament.plugin.inspection.PATIENCE", 5.0)
    installed = install("odd-plugin", good(target="odd_target:Mine"))

    def look(name: str, **options) -> Inspected:
        (tmp_path / "odd_target.py").write_text(TARGETS.get(name, name))
        registry = load_registry(installed)
        found = registry.find("strategy", "mine")
        return inspect([Inspection(found, options, "entrants.mine.options")])[0]

    return look


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("exits", "ended with code 0 before it had answered"),
        ("leaves", "SystemExit: 0"),
        ("raises", "BaseException: odd"),
        ("hangs", "did not answer in time"),
        ("prints", ""),
    ],
)
def test_a_target_that_misbehaves_is_told_and_harms_nobody(looked_at, capfd, target, reason):
    found = looked_at(target)
    assert reason in found.reason
    assert bool(found.reason) == bool(reason)
    assert capfd.readouterr().out == ""


def test_options_that_raise_are_told(looked_at):
    source = """
import pydantic
from toy_strategy import Mine as Base
from tournament import Options
class Mine(Base):
    class Options(Options):
        a: int = 0
        @pydantic.field_validator("a")
        def check(cls, value): raise KeyError("boom")
"""
    assert looked_at(source, a=1).reason == "KeyError: 'boom'"
    assert looked_at(source, b=1).complaints[0][0] == "entrants.mine.options.b"
