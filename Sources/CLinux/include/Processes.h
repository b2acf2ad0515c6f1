/// Processes and readiness: fork and exec with everything reset, epoll without its packed union.
#ifndef PLUMBLINE_PROCESSES_H
#define PLUMBLINE_PROCESSES_H

#include <stdint.h>
#include <sys/types.h>

/// Where a program is started, if not where we are.
struct plumbline_place {
    int network;         ///< A network namespace, or -1 for ours.
    int own_mounts;      ///< Whether it gets a mount namespace of its own, private from ours.
    const char *folder;  ///< Its working directory, or NULL for ours.
};

/// Starts a program as the leader of a process group of its own, with the three descriptors as its
/// standard streams and every other descriptor closed. Signal handlers and mask are reset, and the
/// kernel kills it when the calling thread ends. Returns its id, or -1 and errno (exec's included).
/// `place` may be NULL.
pid_t plumbline_spawn(
    const char *path, char *const arguments[], char *const environment[], int input, int output,
    int error, const struct plumbline_place *place);

/// Has the allocator keep little of what is freed: large blocks go back to the system at once.
void plumbline_allocate_tightly(void);

/// Makes a pipe whose ends are closed on exec; 0 or -1 and errno.
int plumbline_pipe(int ends[2]);

/// Makes a descriptor non-blocking; 0 or -1 and errno.
int plumbline_nonblocking(int descriptor);

/// Asks for a pipe that holds that many bytes; the kernel may refuse, which does no harm.
void plumbline_pipe_capacity(int descriptor, int bytes);

/// Makes an epoll set, closed on exec; -1 and errno when there is none to be had.
int plumbline_epoll_make(void);

/// Watches a descriptor: for reading (1), for writing (2) or both (3); 0 or -1 and errno.
int plumbline_epoll_add(int set, int descriptor, int readiness, uint64_t token);

/// Changes what a watched descriptor is watched for; 0 or -1 and errno.
int plumbline_epoll_change(int set, int descriptor, int readiness, uint64_t token);

/// Watches a descriptor no longer; 0 or -1 and errno.
int plumbline_epoll_remove(int set, int descriptor);

/// Waits for at most `capacity` (64) descriptors and `nanoseconds`; the count, or -1 and errno.
/// A descriptor whose other end is gone is ready, too.
int plumbline_epoll_wait(int set, uint64_t *tokens, int capacity, int64_t nanoseconds);

/// What `status` of waitpid says: the exit code, or 256 + the number of the signal.
int plumbline_wait_status(int status);

#endif
