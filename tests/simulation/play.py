"""Plays one scenario to its end, and says what promise was broken, if any."""

from __future__ import annotations

from dataclasses import dataclass

from tournament.errors import LogError

from .disk import Disk
from .match import Match
from .network import Network
from .promises import Promises
from .scenario import Fault, Scenario, simpler
from .world import Death, PromiseError, World


@dataclass(frozen=True)
class Broken:
    """A promise that was broken, in which scenario, and what had happened until then."""

    scenario: Scenario
    what: str
    trace: tuple[str, ...]


class Play:
    """A tournament in a world of disasters, and an operator who resumes it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.world = World(scenario.seed)
        self.network = Network(self.world, scenario)
        self.disk = Disk(self.world)
        self.promises = Promises(self.disk, scenario)
        self.match = self._new_match()
        self.world.look = self._look
        self._over = False
        for fault in scenario.faults:
            self.world.later(fault.at, lambda fault=fault: self._strike(fault))  # type: ignore[misc]

    def run(self) -> str:
        """The promise that was broken; empty if none was."""
        try:
            while not self._over:
                try:
                    self.world.run(lambda: self._over)
                except Death:
                    self._match_dies("dies while it writes")
                except LogError as error:
                    self.disk.broken = False
                    self._match_dies(f"ends: {error}")
            self.promises.end([w.life for w in self.match.running.values() if w.alive])
        except PromiseError as wrong:
            return str(wrong)
        except Exception as error:  # noqa: BLE001 - whatever breaks is a promise broken
            return f"{type(error).__name__}: {error}"
        return ""

    def _new_match(self) -> Match:
        return Match(self.world, self.scenario, self.network, self.disk, self.promises)

    def _look(self) -> None:
        self.promises.look()
        if self.match.alive and self.match.closed:
            self.match.alive = False
            if self.match.outcome == "interrupted":
                self.world.later(5.0, self._resume)
            else:
                self._over = True

    def _resume(self) -> None:
        self.world.tell("somebody resumes the run")
        self.disk.full = False
        self.match = self._new_match()

    def _match_dies(self, how: str) -> None:
        self.world.tell(f"the match {how}")
        if self.match.alive:
            self.match.die()
            self.world.later(5.0, self._resume)

    def _strike(self, fault: Fault) -> None:
        world, match = self.world, self.match
        world.tell(f"DISASTER: {fault.kind} {fault.who} {fault.length:g}")
        worker = match.running.get(f"p{fault.who}")
        match fault.kind:
            case "kill worker" if worker:
                worker.die("SIGKILL")
            case "reconnect" if worker:
                worker.reconnect()
            case "cut off":
                self.network.silent.add(f"p{fault.who}")
                world.later(fault.length, lambda: self.network.silent.discard(f"p{fault.who}"))
            case "clock":
                world.wall += world.rng.choice([-1, 1]) * 86_400
            case _:
                self._strike_match(fault)

    def _strike_match(self, fault: Fault) -> None:
        world, match, disk = self.world, self.match, self.disk
        if not match.alive:
            return
        match fault.kind:
            case "kill match":
                self._match_dies("is killed")
            case "kill at write" | "kill before sync" | "kill after sync":
                disk.die_at = fault.kind.removeprefix("kill at ").removeprefix("kill ")
            case "power off":
                self._match_dies("loses its power")
                for worker in match.running.values():
                    worker.die("power")
                disk.power_off()
                self.promises.power_off()
            case "interrupt":
                match.interrupt()
            case "freeze":
                match.frozen_until = world.now + fault.length
            case "failing sync":
                disk.broken = True
            case "full disk":
                disk.full = True
                world.later(fault.length, self._make_room)
            case _:
                return

    def _make_room(self) -> None:
        self.disk.full = False


def broken_by(scenario: Scenario) -> Broken | None:
    """The promise that is broken in this scenario, if any is."""
    game = Play(scenario)
    what = game.run()
    return Broken(scenario, what, tuple(game.world.trace)) if what else None


def shrunk(broken: Broken) -> Broken:
    """Take away whatever the failure does not need."""
    smaller = True
    while smaller:
        smaller = False
        for candidate in simpler(broken.scenario):
            found = broken_by(candidate)
            if found is not None and len(found.trace) <= len(broken.trace):
                broken, smaller = found, True
                break
    return broken
