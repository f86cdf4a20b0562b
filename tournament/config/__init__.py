"""The config: YAML -> frozen models, with file and line for whatever is wrong.

`load_config` reads a file, with all that it extends; `Config` is the reference of its keys;
`check_names` compares it with what is installed. Imports no other room,
neither numpy nor torch.
"""

from .check import check_names
from .criteria import Criteria, Group, Leaf, criteria_from_json, criteria_to_json
from .load import Draft, Loaded, load_config, read_config, resolved_yaml
from .models import Config, Entrant, Limits, StopTimes, TaskChoice

__all__ = [
    "Config",
    "Criteria",
    "Draft",
    "Entrant",
    "Group",
    "Leaf",
    "Limits",
    "Loaded",
    "StopTimes",
    "TaskChoice",
    "check_names",
    "criteria_from_json",
    "criteria_to_json",
    "load_config",
    "read_config",
    "resolved_yaml",
]
