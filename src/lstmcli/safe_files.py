"""Safe writing in folders that other users can write to, such as /tmp.

Another user may have put a link, or a folder of theirs, where this program is about to write.  Nothing is written
through such a link or into such a folder: a new file is created exclusively (``O_EXCL``), relative to the descriptor of
a folder whose owner was checked, and then renamed.

This user and root are trusted owners.  Root also trusts a folder with the same owner as its parent, because that owner
controls its contents anyway, as with a host folder mounted into a container.  Some file systems show all files as
another user's (NFS for root, SMB, Docker on a Mac), so "this user" is the owner that a new file gets there.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lstmcli.errors import OutputError

_LINKS = 40
"""Maximum number of links on a path, as in the Linux kernel."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_ELSEWHERE = "choose a place that only you can write to"


def check_links(path: Path) -> None:
    """Check that no other user has redirected ``path``.

    Raises:
        OutputError: ``path`` goes through a link whose owner is not this user, root, or the owner of its folder.
    """
    for link, owner, around in _links_of(path):
        if owner not in (os.geteuid(), 0, around):
            hint = f"{_ELSEWHERE}, or give its target instead: {os.path.realpath(link)}"
            raise OutputError(f"is a link that another user made (user id {owner})", path=link, hint=hint)


def _links_of(path: Path) -> Iterator[tuple[Path, int, int]]:
    """The links on a path, including its last component: link, its owner, and the owner of its folder."""
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
        except OSError:  # missing or inaccessible: opening it will report that
            return
        links += 1
        if links > _LINKS:
            return
        names[:0] = target.parts[1:] if target.is_absolute() else target.parts
        at = Path("/") if target.is_absolute() else at


@contextmanager
def own_folder(path: Path) -> Iterator[int]:
    """A descriptor of the folder at ``path``, which is created for this user alone if missing.

    Write permission of others on an existing folder of this user is removed.

    Raises:
        OutputError: it is a link, or belongs to another user.
        OSError: it cannot be created or opened.
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
            message = "is a link, and nothing is written through links here"
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
    name = f".{os.urandom(8).hex()}.tmp"
    probe = os.open(name, _NEW, 0o600, dir_fd=folder)
    try:
        return os.fstat(probe).st_uid == found.st_uid
    finally:
        os.close(probe)
        os.unlink(name, dir_fd=folder)


def write_new(folder: int, name: str, parts: Iterable[bytes | memoryview], mode: int = 0o666) -> None:
    """Create a file in an open folder, and flush it to the disk.

    Raises:
        OSError: the name exists, even as a link, or the file cannot be written.
    """
    with os.fdopen(os.open(name, _NEW, mode, dir_fd=folder), "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def write_over(folder: int, name: str, parts: Iterable[bytes | memoryview], mode: int = 0o600) -> None:
    """Write a file into an open folder atomically; an existing file or link of that name is replaced.

    Raises:
        OSError: it cannot be written; no partial file remains.
    """
    new = f".{name}.{os.urandom(8).hex()}.tmp"
    try:
        write_new(folder, new, parts, mode)
        os.replace(new, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(new, dir_fd=folder)
        raise


def open_own(path: Path, *, trusted: Iterable[int] = ()) -> int | None:
    """A descriptor to read a regular file of this user; None if it is another user's or not a regular file.

    Only this user can change such a file, so its content can be trusted.

    Args:
        trusted: ids of other users whose files are trusted, besides this user and root.

    Raises:
        OSError: it does not exist or cannot be opened.
    """
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    found = os.fstat(file)
    if stat.S_ISREG(found.st_mode) and found.st_uid in (os.geteuid(), 0, *trusted):
        return file
    os.close(file)
    return None


def read_plain(path: Path, most: int) -> bytes:
    """The bytes of a regular file; links are followed.

    Raises:
        OSError: it is not a regular file, has more than ``most`` bytes, or cannot be read.
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
