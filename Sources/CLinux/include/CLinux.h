/// What the Glibc overlay lacks, header-thin. Every function here is one system call or one libc call.
#ifndef PLUMBLINE_CLINUX_H
#define PLUMBLINE_CLINUX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include "Processes.h"

#endif
