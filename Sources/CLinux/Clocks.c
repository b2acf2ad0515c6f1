#define _GNU_SOURCE
#include "Clocks.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIZE = 40 };

int64_t *plumbline_clock_map(const char *path)
{
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) return NULL;
    void *memory = ftruncate(file, SIZE) < 0
        ? MAP_FAILED
        : mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    int cause = errno;
    close(file);
    errno = cause;
    return memory == MAP_FAILED ? NULL : memory;
}

void plumbline_clock_unmap(int64_t *state) { munmap(state, SIZE); }

void plumbline_clock_set(int64_t *state, int64_t since, int64_t shift, int64_t drift)
{
    volatile int64_t *shared = state;
    int64_t sequence = shared[0];
    __atomic_store_n(&shared[0], sequence + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    shared[1] = since;
    shared[2] = shift;
    shared[3] = drift;
    __atomic_store_n(&shared[0], sequence + 2, __ATOMIC_RELEASE);
}
