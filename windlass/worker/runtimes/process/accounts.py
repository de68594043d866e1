"""Whom a task runs as: ``name``, ``uid``, ``name:group`` or ``uid:gid``, as for a container."""

import grp
import os
import pwd
from dataclasses import dataclass

from windlass.shared.states import Reason
from windlass.worker.runtimes.base import Unrunnable
from windlass.worker.runtimes.orders import rejected


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int
    groups: tuple[int, ...]


def account(user: str | None) -> Account | None:
    """None: as the worker itself. Unrunnable when there is no such account, or no right to it."""
    if not user:
        return None
    name, _, group = user.partition(":")
    found = _user(name)
    gid = _gid(group) if group else found.gid
    chosen = Account(found.uid, gid, () if group else found.groups)
    if os.geteuid() == 0:
        return chosen
    if (chosen.uid, chosen.gid) != (os.geteuid(), os.getegid()):
        raise rejected(f"user: only a worker that runs as root can run a task as {user}")
    return None


def _user(name: str) -> Account:
    try:
        entry = pwd.getpwuid(int(name)) if name.isdecimal() else pwd.getpwnam(name)
    except (KeyError, OverflowError):
        if not name.isdecimal():
            raise Unrunnable(Reason.SETUP, f"user: this machine has no user {name}") from None
        return Account(int(name), int(name), ())
    groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return Account(entry.pw_uid, entry.pw_gid, groups)


def _gid(group: str) -> int:
    if group.isdecimal():
        return int(group)
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise Unrunnable(Reason.SETUP, f"user: this machine has no group {group}") from None
