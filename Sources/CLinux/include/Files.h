/// Files that have no name yet.
#ifndef PLUMBLINE_FILES_H
#define PLUMBLINE_FILES_H

#include <sys/types.h>

/// Opens a file without a name in a folder, for reading and writing: it is gone with its last
/// descriptor unless it is given a name; -1 and errno, also where the file system has none such.
int plumbline_open_unnamed(const char *folder, mode_t mode);

/// Gives a file that was opened so a name that nothing has yet; 0 or -1 and errno.
int plumbline_name(int descriptor, const char *path);

#endif
