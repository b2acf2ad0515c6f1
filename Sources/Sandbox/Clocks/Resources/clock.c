/* What a process is told of the time of day: the machine's, moved by what a shared file says.
 *
 * Loaded before the C library (LD_PRELOAD). The file, named by PLUMBLINE_CLOCK, holds five 64-bit
 * numbers: a sequence that is odd while the others change, the machine's time from which on the
 * drift counts, the shift in nanoseconds, the drift in parts per billion, and one that is spare.
 *
 * No hook allocates, locks or calls the C library before it must: allocators ask for the time. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static const volatile int64_t *shared;
static volatile int prepared;

static void prepare(void)
{
    if (__atomic_exchange_n(&prepared, 1, __ATOMIC_ACQ_REL)) return;
    int before = errno;
    const char *name = getenv("PLUMBLINE_CLOCK");
    int file = name ? (int)syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0) : -1;
    if (file >= 0) {
        void *memory = mmap(NULL, 40, PROT_READ, MAP_SHARED, file, 0);
        if (memory != MAP_FAILED) shared = memory;
        syscall(SYS_close, file);
    }
    errno = before;
}

__attribute__((constructor)) static void prepare_early(void) { prepare(); }

/* How far the clock is off at a time of the machine, in nanoseconds. */
static int64_t shift_at(int64_t now)
{
    if (!prepared) prepare();
    const volatile int64_t *state = shared;
    if (!state) return 0;
    int64_t since = 0, shift = 0, drift = 0;
    /* Whoever writes may be stopped half way: then what was read last must do. */
    for (int attempt = 0; attempt < 10000; attempt++) {
        int64_t sequence = __atomic_load_n(&state[0], __ATOMIC_ACQUIRE);
        since = state[1];
        shift = state[2];
        drift = state[3];
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (!(sequence & 1) && __atomic_load_n(&state[0], __ATOMIC_RELAXED) == sequence) break;
    }
    return shift + (int64_t)((__int128)(now - since) * drift / SECOND);
}

static int64_t machine_time(clockid_t clock)
{
    struct timespec time = {0, 0};
    syscall(SYS_clock_gettime, clock, &time);
    return (int64_t)time.tv_sec * SECOND + time.tv_nsec;
}

static struct timespec split(int64_t time)
{
    struct timespec parts;
    parts.tv_sec = time / SECOND;
    parts.tv_nsec = time % SECOND;
    if (parts.tv_nsec < 0) {
        parts.tv_nsec += SECOND;
        parts.tv_sec--;
    }
    return parts;
}

static int is_time_of_day(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE
        || clock == CLOCK_REALTIME_ALARM || clock == CLOCK_TAI;
}

static int64_t shown_time(clockid_t clock)
{
    int64_t now = machine_time(clock);
    return now + shift_at(now);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    if (!is_time_of_day(clock) || !time) return (int)syscall(SYS_clock_gettime, clock, time);
    *time = split(shown_time(clock));
    return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    (void)zone;
    if (!time) return 0;
    struct timespec parts = split(shown_time(CLOCK_REALTIME));
    time->tv_sec = parts.tv_sec;
    time->tv_usec = parts.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out)
{
    time_t seconds = split(shown_time(CLOCK_REALTIME_COARSE)).tv_sec;
    if (out) *out = seconds;
    return seconds;
}

int timespec_get(struct timespec *time, int base)
{
    if (base != TIME_UTC) return 0;
    clock_gettime(CLOCK_REALTIME, time);
    return base;
}

/* Waiting until a time of day: who asks counts in the time that it is shown. A jump while it waits
 * is not noticed. Conditions may be of either clock, which nothing tells: a machine is not up for
 * 30 years, so what is later than that after the epoch is a time of day. */
static struct timespec machine_deadline(const struct timespec *shown)
{
    if (shown->tv_sec < SECOND) return *shown;
    int64_t now = machine_time(CLOCK_REALTIME);
    int64_t shift = shift_at(now);
    if (shift == 0) return *shown;
    return split((int64_t)shown->tv_sec * SECOND + shown->tv_nsec - shift);
}

#define NEXT(name) \
    static __typeof__(name) *next; \
    if (!next) next = (__typeof__(next))dlsym(RTLD_NEXT, #name)

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
    struct timespec moved;
    if (is_time_of_day(clock) && (flags & TIMER_ABSTIME) && time) {
        moved = machine_deadline(time);
        time = &moved;
    }
    NEXT(clock_nanosleep);
    return next ? next(clock, flags, time, left) : ENOSYS;
}

int pthread_cond_timedwait(
    pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
    const struct timespec *restrict time)
{
    struct timespec moved = machine_deadline(time);
    NEXT(pthread_cond_timedwait);
    return next ? next(condition, mutex, &moved) : ENOSYS;
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict time)
{
    struct timespec moved = machine_deadline(time);
    NEXT(sem_timedwait);
    if (next) return next(semaphore, &moved);
    errno = ENOSYS;
    return -1;
}
