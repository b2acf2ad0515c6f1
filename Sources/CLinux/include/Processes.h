/// Processes and readiness: fork and exec with everything reset, epoll without its packed union.
#ifndef PLUMBLINE_PROCESSES_H
#define PLUMBLINE_PROCESSES_H

#include <stdint.h>
#include <sys/types.h>

/// Starts a program as the leader of a process group of its own, with the three descriptors as its
/// standard streams and every other descriptor closed. Signal handlers and mask are reset, and the
/// kernel kills it when the calling thread ends. Returns its id, or -1 and errno (exec's included).
pid_t plumbline_spawn(
    const char *path, char *const arguments[], char *const environment[], int input, int output,
    int error);

/// Makes a pipe whose ends are closed on exec; 0 or -1 and errno.
int plumbline_pipe(int ends[2]);

/// Makes a descriptor non-blocking; 0 or -1 and errno.
int plumbline_nonblocking(int descriptor);

/// Asks for a pipe that holds that many bytes; the kernel may refuse, which does no harm.
void plumbline_pipe_capacity(int descriptor, int bytes);

/// Adds (`how` 1), changes (2) or removes (3) a descriptor in an epoll set; 0 or -1 and errno.
int plumbline_epoll_control(int set, int how, int descriptor, uint32_t events, uint64_t token);

/// Waits for at most `capacity` descriptors and `nanoseconds`; the count, or -1 and errno.
int plumbline_epoll_wait(
    int set, uint64_t *tokens, uint32_t *events, int capacity, int64_t nanoseconds);

/// What `status` of waitpid says: the exit code, or 256 + the number of the signal.
int plumbline_wait_status(int status);

#endif
