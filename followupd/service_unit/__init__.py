"""followupd as a service of systemd: its unit written, started, asked about, taken away.

`unit` decides what a unit says and is pure, `manager` talks to systemd, `installing` and `state`
are what commands use. Nothing here needs systemd to be there: without it, `surroundings` says so
and what to do instead.
"""

from followupd.service_unit.installing import (
    Proposal,
    enable_lingering,
    install,
    own_command,
    proposal,
    remove,
)
from followupd.service_unit.manager import Manager, Scope, Surroundings, surroundings
from followupd.service_unit.state import ServiceState, state, system_units
from followupd.service_unit.unit import NAME

__all__ = [
    "NAME",
    "Manager",
    "Proposal",
    "Scope",
    "ServiceState",
    "Surroundings",
    "enable_lingering",
    "install",
    "own_command",
    "proposal",
    "remove",
    "state",
    "surroundings",
    "system_units",
]
