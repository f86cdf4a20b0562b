"""`tournament.subscribe`: the events of a run, from wherever one is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ..errors import BusError
from ..record.events import AnyEvent
from ..record.folder import RunFolder
from ..record.log import read_log
from .door import read_door
from .endpoints import gallery_addresses, reachable
from .keyring import read_key_file
from .subscriber import Subscriber


def subscribe(
    place: str | Path, keys: str | Path | None = None, since: int = 0, *, patience: float = 30.0
) -> Subscriber:
    """All events of a run from offset `since` on, each once, in order, until it is closed.

    `place`: `tcp://host:port` as in the `monitor` of its config, with the file of `tournament keys
    new NAME` as `keys`; or the run folder of a match of one's own on this machine. To be
    iterated with `for` or `async for`, in one thread; a late start and a slow reader lose nothing.
    Raises BusError when nothing has been heard for `patience` seconds.

        with tournament.subscribe("tcp://lab-7:5555", keys="me.key") as events:
            for event in events:
                print(event.type, event.trial, event.data)
    """
    if keys is None and str(place).startswith("tcp://"):
        raise BusError(
            f"{place}: over the network a key is needed: give the file that `tournament keys new "
            'NAME` made, as keys="NAME.key"'
        )
    if keys is None:
        folder = RunFolder(Path(place))
        door = read_door(folder.door)
        return Subscriber(
            door.live, door.replay, door.watching, since, patience=patience, rest=_Log(folder)
        )
    live, replay = map(reachable, gallery_addresses(str(place)))
    return Subscriber(live, replay, read_key_file(Path(keys)), since, patience=patience)


@dataclass(frozen=True)
class _Log:
    """The log of a run on this machine, for what is not read yet when its match has ended."""

    folder: RunFolder

    def over(self) -> bool:
        return not self.folder.door.exists()

    def events(self, since: int) -> list[AnyEvent]:
        return list(islice(read_log(self.folder.log), since, None))
