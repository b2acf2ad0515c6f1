#define _GNU_SOURCE
#include "Files.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int plumbline_open_unnamed(const char *folder, mode_t mode)
{
    return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
}

int plumbline_name(int descriptor, const char *path)
{
    // Only root may name the descriptor itself; its place in /proc anybody may.
    char own[32];
    snprintf(own, sizeof own, "/proc/self/fd/%d", descriptor);
    return linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}
