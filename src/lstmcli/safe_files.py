"""Write files where other users can write too, such as a folder in /tmp: only to places that nobody else prepared.

Another user may have put a link where this program is about to write, or a folder that is theirs.  Nothing is written
through such a link or into such a folder: a new file is made exclusively (``O_EXCL``), by the descriptor of a folder
whose owner was checked, and then renamed.

An owner is trusted if it is this user or root.  Root itself also trusts a folder whose owner owns the folder around
it: who owns that decides over all that is in it anyway, as with a folder of the host that is mounted into a container.
A file system may show everything as another user's (NFS for root, SMB, Docker on a Mac), so what counts as this user
is the owner that a new file gets there.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lstmcli.errors import OutputError

_LINKS = 40
"""On one path, as in the Linux kernel."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_ELSEWHERE = "choose a place that only you can write to"


def check_links(path: Path) -> None:
    """Check that no other user chose where ``path`` leads.

    Raises:
        OutputError: it leads through a link of a user who owns neither this process nor the folder the link is in.
    """
    for link, owner, around in _links_of(path):
        if owner not in (os.geteuid(), 0, around):
            hint = f"{_ELSEWHERE}, or name the place that it leads to: {os.path.realpath(link)}"
            raise OutputError(f"is a link that another user made (user id {owner})", path=link, hint=hint)


def _links_of(path: Path) -> Iterator[tuple[Path, int, int]]:
    """The links on a path, the last name included: each with its owner and the owner of the folder it is in."""
    at, names, links = Path("/"), list(path.absolute().parts[1:]), 0
    while names:
        name = names.pop(0)
        step = at.parent if name == ".." else at / name
        try:
            found = step.lstat()
            if not stat.S_ISLNK(found.st_mode):
                at = step
                continue
            yield step, found.st_uid, at.stat().st_uid
            target = step.readlink()
        except OSError:  # it is not there yet, or cannot be reached: whoever opens it says so
            return
        links += 1
        if links > _LINKS:
            return
        names[:0] = target.parts[1:] if target.is_absolute() else target.parts
        at = Path("/") if target.is_absolute() else at


@contextmanager
def own_folder(path: Path) -> Iterator[int]:
    """A descriptor of the folder at ``path``, which is made for this user alone where there is none.

    A folder of this user that others may write to is closed to them first.

    Raises:
        OutputError: it is a link, or belongs to another user.
        OSError: it cannot be made or opened.
    """
    with suppress(FileExistsError):
        path.mkdir(0o700, parents=True)
    with open_folder(path) as folder:
        found = os.fstat(folder)
        if not _is_own(folder, found, path):
            hint = f"{_ELSEWHERE}, or remove that folder if you know what it is"
            raise OutputError(f"belongs to another user (user id {found.st_uid})", path=path, hint=hint)
        if found.st_mode & 0o022:
            with suppress(OSError):  # some file systems have no permissions to change
                os.fchmod(folder, stat.S_IMODE(found.st_mode) & ~0o022)
        yield folder


@contextmanager
def open_folder(path: Path) -> Iterator[int]:
    """A descriptor of the folder at ``path``.

    Raises:
        OutputError: it is a link.
        OSError: it cannot be opened.
    """
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR) and path.is_symlink():
            message = "is a link, and nothing is written through one here"
            raise OutputError(message, path=path, hint=f"{_ELSEWHERE}, or remove the link") from error
        raise
    try:
        yield folder
    finally:
        os.close(folder)


def _is_own(folder: int, found: os.stat_result, path: Path) -> bool:
    if found.st_uid in (os.geteuid(), 0):
        return True
    if os.geteuid() == 0 and found.st_uid == path.parent.stat().st_uid:
        return True
    name = f".{secrets.token_hex(8)}.tmp"
    probe = os.open(name, _NEW, 0o600, dir_fd=folder)
    try:
        return os.fstat(probe).st_uid == found.st_uid
    finally:
        os.close(probe)
        os.unlink(name, dir_fd=folder)


def write_new(folder: int, name: str, parts: Iterable[bytes | memoryview], mode: int = 0o666) -> None:
    """Write a file that is not there yet into an open folder, and flush it to the disk.

    Raises:
        OSError: the name is taken, by a link too, or the file cannot be written.
    """
    with os.fdopen(os.open(name, _NEW, mode, dir_fd=folder), "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def write_over(folder: int, name: str, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file into an open folder, whole or not at all; whatever has the name is replaced, a link too.

    Raises:
        OSError: it cannot be written; nothing is left behind.
    """
    new = f".{name}.{secrets.token_hex(8)}.tmp"
    try:
        write_new(folder, new, parts, 0o600)
        os.replace(new, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(new, dir_fd=folder)
        raise


def open_own(path: Path, *, trusted: Iterable[int] = ()) -> int | None:
    """A descriptor to read a plain file of this user; None where it is another's, or no plain file.

    What this program writes this way only its user can change, so a file of theirs is what was written.

    Args:
        trusted: users whose files are believed too, besides this one and root.

    Raises:
        OSError: it is not there, or cannot be opened.
    """
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    found = os.fstat(file)
    if stat.S_ISREG(found.st_mode) and found.st_uid in (os.geteuid(), 0, *trusted):
        return file
    os.close(file)
    return None


def read_plain(path: Path, most: int) -> bytes:
    """The bytes of a plain file, wherever a link leads to.

    Raises:
        OSError: it is no plain file, has more than ``most`` bytes, or cannot be read.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        found = os.fstat(file.fileno())
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, "it is a directory")
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is a pipe or a device, not a file")
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes")
    return data
