/// A file system of our own: the mount, and the calls on files that the Glibc overlay lacks.
#ifndef PLUMBLINE_DISKS_H
#define PLUMBLINE_DISKS_H

#include <stdint.h>
#include <sys/types.h>

/// Opens /dev/fuse and mounts what will be answered there; the descriptor, or -1 and errno.
/// `stage` tells which of the two was refused: 1 the device, 2 the mount.
int plumbline_disk_mount(const char *folder, int *stage);

/// Takes a mount away even where it is in use; 0 or -1 and errno.
int plumbline_disk_unmount(const char *folder);

/// Has the parent's death, SIGTERM, SIGINT and SIGHUP come as bytes of the descriptor returned,
/// instead of ending us; -1 and errno. 0 where the parent is dead already.
int plumbline_disk_ending(pid_t parent);

/// Opens a name in a folder to refer to it, not to read it; links are not followed; -1 and errno.
int plumbline_refer(int folder, const char *name);

/// Renames, with the flags of renameat2(2): 1 never replace, 2 exchange; 0 or -1 and errno.
int plumbline_rename(
    int folder, const char *name, int to_folder, const char *to_name, unsigned flags);

/// Changes the owner of what a descriptor refers to, `-1` for as it was; 0 or -1 and errno.
int plumbline_own(int descriptor, uid_t user, gid_t group);

/// Where a symbolic link that a descriptor refers to leads; the length, or -1 and errno.
ssize_t plumbline_read_link(int descriptor, char *text, size_t capacity);

/// fallocate(2); 0 or -1 and errno.
int plumbline_allocate(int descriptor, int mode, int64_t offset, int64_t length);

#endif
