#define _GNU_SOURCE
#include "Processes.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static int go_to(const struct plumbline_place *place)
{
    if (!place) return 0;
    if (place->network >= 0 && setns(place->network, CLONE_NEWNET) < 0) return -1;
    if (place->own_mounts) {
        if (unshare(CLONE_NEWNS) < 0) return -1;
        if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return -1;
    }
    return place->folder ? chdir(place->folder) : 0;
}

// Between fork and exec only async-signal-safe calls are allowed: the parent may have threads.
static void become(
    const char *path, char *const arguments[], char *const environment[], const int streams[3],
    const struct plumbline_place *place, pid_t parent, int report)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);  // The parent died before the line above.
    struct sigaction plain = {.sa_handler = SIG_DFL};
    for (int number = 1; number < 65; number++) sigaction(number, &plain, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // A stream may itself be descriptor 0, 1 or 2: move all of them out of the way first.
    int high[3];
    for (int i = 0; i < 3; i++) high[i] = fcntl(streams[i], F_DUPFD_CLOEXEC, 10);
    int failure = fcntl(report, F_DUPFD_CLOEXEC, 10);
    for (int i = 0; i < 3; i++)
        if (dup2(high[i], i) < 0) goto failed;
    if (go_to(place) < 0) goto failed;
    syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    execve(path, arguments, environment);
failed:;
    int cause = errno;
    ssize_t ignored = write(failure, &cause, sizeof cause);
    (void)ignored;
    _exit(127);
}

pid_t plumbline_spawn(
    const char *path, char *const arguments[], char *const environment[], int input, int output,
    int error, const struct plumbline_place *place)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) return -1;
    int streams[3] = {input, output, error};
    pid_t parent = getpid();
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // No handler of ours runs in the child.
    pid_t child = fork();
    if (child == 0) become(path, arguments, environment, streams, place, parent, report[1]);
    int cause = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (child > 0) {
        ssize_t count;
        do count = read(report[0], &cause, sizeof cause);
        while (count < 0 && errno == EINTR);
        if (count == sizeof cause) {
            waitpid(child, NULL, 0);
            child = -1;
        }
    }
    close(report[0]);
    errno = cause;
    return child;
}

void plumbline_allocate_tightly(void)
{
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
    mallopt(M_TRIM_THRESHOLD, 512 << 10);
}

int plumbline_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int plumbline_nonblocking(int descriptor)
{
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

void plumbline_pipe_capacity(int descriptor, int bytes) { fcntl(descriptor, F_SETPIPE_SZ, bytes); }

int plumbline_epoll_make(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int set, int operation, int descriptor, int readiness, uint64_t token)
{
    uint32_t events = (readiness & 1 ? EPOLLIN : 0) | (readiness & 2 ? EPOLLOUT : 0);
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(set, operation, descriptor, &event);
}

int plumbline_epoll_add(int set, int descriptor, int readiness, uint64_t token)
{
    return control(set, EPOLL_CTL_ADD, descriptor, readiness, token);
}

int plumbline_epoll_change(int set, int descriptor, int readiness, uint64_t token)
{
    return control(set, EPOLL_CTL_MOD, descriptor, readiness, token);
}

int plumbline_epoll_remove(int set, int descriptor)
{
    return epoll_ctl(set, EPOLL_CTL_DEL, descriptor, NULL);
}

int plumbline_epoll_wait(
    int set, uint64_t *tokens, int capacity, int64_t nanoseconds)
{
    struct epoll_event ready[64];
    if (capacity > 64) capacity = 64;
    struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    int count = epoll_pwait2(set, ready, capacity, &limit, NULL);
    if (count < 0 && errno == ENOSYS)  // Kernels before 5.11 count milliseconds.
        count = epoll_wait(set, ready, capacity, (int)((nanoseconds + 999999) / 1000000));
    for (int i = 0; i < count; i++) tokens[i] = ready[i].data.u64;
    return count;
}

int plumbline_wait_status(int status)
{
    return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}
