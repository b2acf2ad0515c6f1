#define _GNU_SOURCE
#include "Disks.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

int plumbline_disk_mount(const char *folder, int *stage)
{
    *stage = 1;
    int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (device < 0) return -1;
    *stage = 2;
    char options[160];
    snprintf(
        options, sizeof options,
        "fd=%d,rootmode=40000,user_id=%u,group_id=%u,allow_other,default_permissions", device,
        (unsigned)geteuid(), (unsigned)getegid());
    if (mount("plumbline", folder, "fuse", MS_NOSUID | MS_NODEV, options) == 0) return device;
    int cause = errno;
    close(device);
    errno = cause;
    return -1;
}

int plumbline_disk_unmount(const char *folder) { return umount2(folder, MNT_DETACH); }

int plumbline_disk_ending(pid_t parent)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return -1;
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0) return -1;
    if (getppid() != parent) return 0;  // It died before the line above.
    return signalfd(-1, &set, SFD_CLOEXEC);
}

int plumbline_refer(int folder, const char *name)
{
    return openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

int plumbline_rename(
    int folder, const char *name, int to_folder, const char *to_name, unsigned flags)
{
    return renameat2(folder, name, to_folder, to_name, flags);
}

int plumbline_own(int descriptor, uid_t user, gid_t group)
{
    return fchownat(descriptor, "", user, group, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
}

ssize_t plumbline_read_link(int descriptor, char *text, size_t capacity)
{
    return readlinkat(descriptor, "", text, capacity);
}

int plumbline_allocate(int descriptor, int mode, int64_t offset, int64_t length)
{
    return fallocate(descriptor, mode, offset, length);
}
