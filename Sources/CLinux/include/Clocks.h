/// The file that says how far a node's clock is off, shared with the node's processes.
#ifndef PLUMBLINE_CLOCKS_H
#define PLUMBLINE_CLOCKS_H

#include <stdint.h>

/// Makes the file and maps it; NULL and errno.
int64_t *plumbline_clock_map(const char *path);

/// Unmaps it.
void plumbline_clock_unmap(int64_t *state);

/// Sets all at once, for readers that look at any moment: from when on the drift counts, the shift
/// then, and the drift, in nanoseconds and parts per billion.
void plumbline_clock_set(int64_t *state, int64_t since, int64_t shift, int64_t drift);

#endif
