/// Entering namespaces, and sockets in the network namespaces of others.
#ifndef PLUMBLINE_SANDBOX_H
#define PLUMBLINE_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

/// What to enter beside network, mount, ipc and uts namespaces.
enum {
    PLUMBLINE_ENTER_USER = 1,      ///< A user namespace in which we are root.
    PLUMBLINE_ENTER_PROCESSES = 2  ///< A pid namespace, with a /proc of its own.
};

/// How far the way inside got.
enum plumbline_stage {
    PLUMBLINE_STAGE_ENTERED = 0,
    PLUMBLINE_STAGE_PIPE = 1,
    PLUMBLINE_STAGE_CLONE = 2,
    PLUMBLINE_STAGE_IDS = 3,
    PLUMBLINE_STAGE_MOUNTS = 4,
    PLUMBLINE_STAGE_PROC = 5,
    PLUMBLINE_STAGE_LOOPBACK = 6,
    PLUMBLINE_STAGE_FORK = 7,
    PLUMBLINE_STAGE_EXEC = 8
};

/// Where the way inside ended, and the errno of a stage that failed.
struct plumbline_entry {
    int32_t stage;
    int32_t cause;
};

/// Runs a program inside new namespaces, waits for it, and passes on SIGINT, SIGTERM and SIGHUP.
/// `digits` points at 20 characters inside one of `environment`'s strings: there the program finds
/// the number (inode) of its network namespace. Returns the exit code, 128 + the signal that ended
/// it, or -1 when the program was never started: `entry` tells why.
int plumbline_sandbox_run(
    const char *path, char *const arguments[], char *const environment[], char *digits,
    int enter, struct plumbline_entry *entry);

/// One thing to try inside: a netlink request when `length` is not 0, else `path`, else `mount`.
struct plumbline_attempt {
    int32_t protocol;        ///< NETLINK_…, of a netlink request; -1 for a packet socket.
    const uint8_t *request;  ///< One netlink message that asks for an acknowledgement.
    uint64_t length;         ///< Its bytes.
    const char *path;        ///< The file to open for reading and writing.
    const char *mount;       ///< The folder to mount a file system of ours on.
    int32_t cause;           ///< The answer: 0, or why not, as errno; a mount's below 0.
};

/// Enters as `plumbline_sandbox_run` does, in a child that makes the attempts and ends.
/// Changes nothing of this process. 0, or -1 where there was no way inside (`entry` tells why).
int plumbline_sandbox_try(
    int enter, struct plumbline_entry *entry, struct plumbline_attempt *attempts, int count);

/// Makes a network namespace and returns a descriptor that keeps it, or -1 and errno.
int plumbline_network_make(void);

/// A socket that lives in another network namespace, closed on exec; -1 and errno.
int plumbline_network_socket(int network, int domain, int type, int protocol);

/// Writes a setting below /proc/sys/net as the network namespace sees it; 0 or -1 and errno.
int plumbline_network_set(int network, const char *path, const char *text);

/// The first byte of a setting below /proc/sys/net as the network namespace sees it; -1 and errno.
int plumbline_network_get(int network, const char *path);

/// The index of a network interface in a socket's namespace, or -1 and errno.
int plumbline_interface_index(int socket, const char *name);

/// Switches checksum and segmentation offload off, so that frames are as on a real wire; 0 or -1.
int plumbline_interface_plain(int socket, const char *name);

/// A packet socket on one interface of ours: every frame that comes in, none that goes out,
/// non-blocking, closed on exec; -1 and errno.
int plumbline_packet_socket(int index);

/// Reads at most `capacity` (64) frames into `bytes`, one every `stride`; `lengths` receives the
/// length each had on the wire. The count, 0 when there is none, or -1 and errno.
int plumbline_packet_read(
    int socket, uint8_t *bytes, size_t stride, uint32_t *lengths, int capacity);

/// Writes a frame; 1 when the kernel took it, 0 when it did not, with errno.
int plumbline_packet_write(int socket, const uint8_t *bytes, size_t count);

/// How many frames the kernel dropped because nobody read them, since it was last asked.
unsigned plumbline_packet_drops(int socket);

#endif
