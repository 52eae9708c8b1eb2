from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from app.storage.drives import NETWORK_FILE_SYSTEMS, file_system_of, is_unc

MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
server:/export /home nfs4 rw 0 0
/dev/sdb1 /home/local xfs rw 0 0
//nas/share /mnt/my\\040share cifs rw 0 0
tmpfs /tmp tmpfs rw 0 0
user@host:/data /tmp/remote fuse.sshfs rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/hepatrace.db", "ext4"),
        ("/home/kim/hepatrace.db", "nfs4"),
        ("/home/local/hepatrace.db", "xfs"),
        ("/homes/kim/hepatrace.db", "ext4"),
        ("/mnt/my share/hepatrace.db", "cifs"),
        ("/tmp/remote/hepatrace.db", "fuse.sshfs"),
        ("/tmp/a.db", "tmpfs"),
    ],
)
def test_that_the_longest_mount_point_decides(path: str, kind: str) -> None:
    assert file_system_of(PurePosixPath(path), MOUNTS) == kind


def test_that_shared_folders_count_as_network_drives_and_disks_do_not() -> None:
    assert {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs"} <= NETWORK_FILE_SYSTEMS
    assert not {"ext4", "xfs", "tmpfs", "btrfs", "ntfs", "overlay"} & NETWORK_FILE_SYSTEMS


@pytest.mark.parametrize(
    ("path", "unc"),
    [
        (r"\\server\share\a.db", True),
        ("//server/share/a.db", True),
        (r"\\?\C:\a.db", False),
        (r"C:\a.db", False),
    ],
)
def test_that_a_path_of_a_server_is_known_by_its_start(path: str, unc: bool) -> None:
    assert is_unc(path) is unc
