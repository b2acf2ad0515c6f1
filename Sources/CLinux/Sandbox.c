#define _GNU_SOURCE
#include "Sandbox.h"

#include "Disks.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Everything here that runs in a clone uses system calls only: the parent may have threads.

static char *put_number(char *end, uint64_t number)
{
    do *--end = (char)('0' + number % 10);
    while (number /= 10);
    return end;
}

static int write_file(const char *path, const char *text, size_t count)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t written = write(file, text, count);
    int cause = errno;
    close(file);
    errno = cause;
    return written == (ssize_t)count ? 0 : -1;
}

// Root inside is the caller outside: one line, which any user may write for itself.
static int map_id(const char *path, uint64_t id)
{
    char line[32] = "";
    char *end = line + sizeof line;
    memcpy(end - 2, " 1", 2);
    char *start = put_number(end - 2, id);
    memcpy(start - 2, "0 ", 2);
    return write_file(path, start - 2, (size_t)(end - start) + 2);
}

static int map_ids(uint64_t user, uint64_t group)
{
    if (write_file("/proc/self/setgroups", "deny", 4) < 0 && errno != ENOENT) return -1;
    if (map_id("/proc/self/uid_map", user) < 0) return -1;
    return map_id("/proc/self/gid_map", group);
}

static int loopback_up(void)
{
    int socket_here = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket_here < 0) return -1;
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int result = ioctl(socket_here, SIOCSIFFLAGS, &request);
    int cause = errno;
    close(socket_here);
    errno = cause;
    return result;
}

struct way {
    int enter;
    uint64_t user, group;
    int life[2];    // The outer holds one end as long as it lives: its end tells that it died.
    int report[2];  // The inside says where it failed; its end tells that it did not.
};

// Clones as fork does, without the C library's handlers.
static pid_t plain_clone(unsigned long flags)
{
    return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

// Sets a newly cloned process up inside; the stage that failed, with errno.
static enum plumbline_stage settle(struct way *way)
{
    close(way->life[1]);
    close(way->report[0]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // A process that dies closes its files before it signals its children: one that was dead
    // before the line above has closed its end by now.
    struct pollfd outer = {.fd = way->life[0]};
    if (poll(&outer, 1, 0) != 0) _exit(127);
    close(way->life[0]);
    if ((way->enter & PLUMBLINE_ENTER_USER) && map_ids(way->user, way->group) < 0)
        return PLUMBLINE_STAGE_IDS;
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return PLUMBLINE_STAGE_MOUNTS;
    if ((way->enter & PLUMBLINE_ENTER_PROCESSES)
        && mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return PLUMBLINE_STAGE_PROC;
    if (loopback_up() < 0) return PLUMBLINE_STAGE_LOOPBACK;
    return PLUMBLINE_STAGE_ENTERED;
}

static void tell(int pipe, enum plumbline_stage stage, int cause)
{
    struct plumbline_entry entry = {.stage = stage, .cause = cause};
    ssize_t ignored = write(pipe, &entry, sizeof entry);
    (void)ignored;
}

// Clones into the namespaces; as fork, or -1 with `entry` filled in. All signals must be blocked.
static pid_t clone_inside(struct way *way, int enter, struct plumbline_entry *entry)
{
    *way = (struct way){.enter = enter, .user = geteuid(), .group = getegid()};
    *entry = (struct plumbline_entry){.stage = PLUMBLINE_STAGE_PIPE};
    if (pipe2(way->life, O_CLOEXEC) < 0) {
        entry->cause = errno;
        return -1;
    }
    if (pipe2(way->report, O_CLOEXEC) < 0) {
        entry->cause = errno;
        close(way->life[0]);
        close(way->life[1]);
        return -1;
    }
    unsigned long flags = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
    if (enter & PLUMBLINE_ENTER_USER) flags |= CLONE_NEWUSER;
    if (enter & PLUMBLINE_ENTER_PROCESSES) flags |= CLONE_NEWPID;
    pid_t child = plain_clone(flags);
    if (child == 0) return 0;
    *entry = (struct plumbline_entry){.stage = PLUMBLINE_STAGE_CLONE, .cause = errno};
    close(way->life[0]);
    close(way->report[1]);
    if (child < 0) {
        close(way->report[0]);
        close(way->life[1]);
    }
    return child;
}

// Reads what the inside reports: 1 when it failed on its way, 0 when it closed the pipe.
static int hear(int pipe, struct plumbline_entry *entry)
{
    ssize_t count;
    do count = read(pipe, entry, sizeof *entry);
    while (count < 0 && errno == EINTR);
    if (count == sizeof *entry) return 1;
    *entry = (struct plumbline_entry){.stage = PLUMBLINE_STAGE_ENTERED};
    return 0;
}

static int exit_code(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Kills what is left of our descendants where no pid namespace does it: as their subreaper we
// become the parent of each whose own was killed, so that a few rounds find all of them.
static void end_descendants(void)
{
    char path[64] = "/proc/self/task/", text[4096];
    char digits[20], *number = put_number(digits + sizeof digits, (uint64_t)getpid());
    size_t length = (size_t)(digits + sizeof digits - number), at = strlen(path);
    memcpy(path + at, number, length);
    memcpy(path + at + length, "/children", sizeof "/children");
    for (int round = 0; round < 1000; round++) {
        int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file < 0) return;
        ssize_t count = read(file, text, sizeof text - 1);
        close(file);
        if (count <= 0) return;
        pid_t child = 0;
        for (ssize_t i = 0; i < count; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                child = child * 10 + (text[i] - '0');
            } else if (child > 0) {
                kill(child, SIGKILL);
                waitpid(child, NULL, 0);
                child = 0;
            }
        }
    }
}

// The life of pid 1: reap everybody, pass signals on, end with the one child that matters.
static void serve(pid_t main_child, int enter)
{
    sigset_t awaited;
    sigemptyset(&awaited);
    int numbers[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP};
    for (int i = 0; i < 4; i++) sigaddset(&awaited, numbers[i]);
    for (;;) {
        siginfo_t info;
        int number = sigwaitinfo(&awaited, &info);
        // Only the outer queues signals; one from the terminal reaches the child by itself.
        if (number > 0 && number != SIGCHLD && info.si_code == SI_QUEUE) kill(main_child, number);
        int status;
        pid_t ended;
        while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
            if (ended != main_child) continue;
            if (!(enter & PLUMBLINE_ENTER_PROCESSES)) end_descendants();
            _exit(exit_code(status));
        }
    }
}

static void live_inside(
    struct way *way, const char *path, char *const arguments[], char *const environment[],
    char *digits, const sigset_t *mask)
{
    enum plumbline_stage stage = settle(way);
    if (stage != PLUMBLINE_STAGE_ENTERED) {
        tell(way->report[1], stage, errno);
        _exit(127);
    }
    struct stat network;
    if (stat("/proc/self/ns/net", &network) == 0) put_number(digits + 20, network.st_ino);
    if (!(way->enter & PLUMBLINE_ENTER_PROCESSES)) prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t here = getpid();
    pid_t child = plain_clone(0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != here) _exit(127);
        sigprocmask(SIG_SETMASK, mask, NULL);
        execve(path, arguments, environment);
        tell(way->report[1], PLUMBLINE_STAGE_EXEC, errno);
        _exit(127);
    }
    if (child < 0) {
        tell(way->report[1], PLUMBLINE_STAGE_FORK, errno);
        _exit(127);
    }
    close(way->report[1]);
    // The streams belong to the child: nobody shall wait for pid 1 to close them.
    syscall(SYS_close_range, 0U, ~0U, 0U);
    serve(child, way->enter);
}

int plumbline_sandbox_run(
    const char *path, char *const arguments[], char *const environment[], char *digits,
    int enter, struct plumbline_entry *entry)
{
    sigset_t all, before, awaited;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct sigaction plain = {.sa_handler = SIG_DFL}, previous;
    sigaction(SIGCHLD, &plain, &previous);  // Where it is ignored there are no statuses.
    struct way way;
    int result = -1;
    pid_t child = clone_inside(&way, enter, entry);
    if (child == 0) live_inside(&way, path, arguments, environment, digits, &before);
    if (child > 0) {
        int failed = hear(way.report[0], entry);
        close(way.report[0]);
        sigemptyset(&awaited);
        int numbers[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP};
        for (int i = 0; i < 4; i++) sigaddset(&awaited, numbers[i]);
        int status = 0;
        while (waitpid(child, &status, failed ? 0 : WNOHANG) == 0) {
            siginfo_t info;
            int number = sigwaitinfo(&awaited, &info);
            // The terminal's own signals (SI_KERNEL) reach the whole group without us.
            if (number <= 0 || number == SIGCHLD || info.si_code == SI_KERNEL) continue;
            sigqueue(child, number, (union sigval){.sival_int = 0});
        }
        close(way.life[1]);
        if (!failed) result = exit_code(status);
    }
    sigaction(SIGCHLD, &previous, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

static int open_and_close(const char *path)
{
    int file = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return errno;
    close(file);
    return 0;
}

// The mount is gone with its descriptor and the namespace.
static int mount_and_close(const char *folder)
{
    int stage;
    int device = plumbline_disk_mount(folder, &stage);
    if (device < 0) return stage == 1 ? errno : -errno;
    close(device);
    return 0;
}

// Sends a netlink request and returns what the kernel answers, as errno.
static int ask_kernel(const struct plumbline_attempt *attempt)
{
    int type = SOCK_RAW | SOCK_CLOEXEC;
    int talk = socket(AF_NETLINK, type, attempt->protocol);
    if (talk < 0) return errno;
    struct timeval limit = {.tv_sec = 2};
    setsockopt(talk, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    int cause = 0;
    char answer[8192];
    if (send(talk, attempt->request, attempt->length, 0) < 0) cause = errno;
    while (cause == 0) {
        ssize_t count = recv(talk, answer, sizeof answer, 0);
        struct nlmsghdr *head = (struct nlmsghdr *)answer;
        if (count < 0) {
            cause = errno;
        } else if (NLMSG_OK(head, (size_t)count) && head->nlmsg_type == NLMSG_ERROR) {
            cause = -((struct nlmsgerr *)NLMSG_DATA(head))->error;
            break;
        }
    }
    close(talk);
    return cause;
}

static int attempt_cause(const struct plumbline_attempt *attempt)
{
    if (attempt->length > 0) return ask_kernel(attempt);
    if (attempt->path) return open_and_close(attempt->path);
    if (attempt->mount) return mount_and_close(attempt->mount);
    int packets = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (packets < 0) return errno;
    close(packets);
    return 0;
}

int plumbline_sandbox_try(
    int enter, struct plumbline_entry *entry, struct plumbline_attempt *attempts, int count)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct way way;
    pid_t child = clone_inside(&way, enter, entry);
    if (child == 0) {
        enum plumbline_stage stage = settle(&way);
        tell(way.report[1], stage, errno);
        for (int i = 0; i < count && stage == PLUMBLINE_STAGE_ENTERED; i++)
            tell(way.report[1], stage, attempt_cause(&attempts[i]));
        _exit(0);
    }
    int result = -1;
    if (child > 0) {
        if (hear(way.report[0], entry) == 0)
            *entry = (struct plumbline_entry){.stage = PLUMBLINE_STAGE_FORK, .cause = ECHILD};
        if (entry->stage == PLUMBLINE_STAGE_ENTERED) result = 0;
        for (int i = 0; i < count; i++) {
            struct plumbline_entry answer;
            int heard = result == 0 && hear(way.report[0], &answer);
            attempts[i].cause = heard ? answer.cause : ECHILD;
        }
        close(way.report[0]);
        close(way.life[1]);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}
