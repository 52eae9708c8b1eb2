"""Is a folder on a network drive? SQLite's locks are not safe there."""

from __future__ import annotations

import sys
from pathlib import Path, PurePath

NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smbfs", "smb3", "afs", "ncpfs", "9p", "davfs", "fuse.sshfs", "fuse.davfs2"}
    | {"fuse.rclone", "fuse.s3fs", "fuse.gvfsd-fuse", "fuse.glusterfs", "glusterfs", "ceph", "fuse.ceph", "lustre"}
)

_MOUNTS = Path("/proc/mounts")
_WINDOWS_REMOTE_DRIVE = 4


def network_file_system(path: Path) -> str | None:
    """The name of the network file system that holds `path` (which need not exist yet), or None."""
    if sys.platform == "win32":
        return _windows(path)
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None  # no such table on this system: nothing is known against the drive
    kind = file_system_of(path.absolute(), mounts)
    return kind if kind in NETWORK_FILE_SYSTEMS else None


def file_system_of(path: PurePath, mounts: str) -> str | None:
    """The type of the file system with the longest mount point that holds `path`, from a mount table's text."""
    best: tuple[int, str] | None = None
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = type(path)(fields[1].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\"))
        # of two mounts on one point the later lies on top
        if path.is_relative_to(point) and (best is None or len(point.parts) >= best[0]):
            best = len(point.parts), fields[2]
    return best[1] if best else None


def _windows(path: Path) -> str | None:
    if is_unc(str(path)):
        return "UNC"
    if sys.platform == "win32":
        import ctypes

        if ctypes.windll.kernel32.GetDriveTypeW(path.absolute().anchor) == _WINDOWS_REMOTE_DRIVE:
            return "network drive"
    return None


def is_unc(path: str) -> bool:
    r"""Does a Windows path name a server (``\\server\share``)?"""
    return path.replace("/", "\\").startswith("\\\\") and not path.startswith("\\\\?\\")
