#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "Sandbox.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

static int open_own_network(void)
{
    return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

// The calling thread leaves its network namespace only between these two. Without a way back it
// would go on in the wrong one, so there is none but to end.
static int leave(int network)
{
    int own = open_own_network();
    if (own >= 0 && setns(network, CLONE_NEWNET) < 0) {
        int cause = errno;
        close(own);
        errno = cause;
        return -1;
    }
    return own;
}

static void come_back(int own)
{
    int cause = errno;
    if (setns(own, CLONE_NEWNET) < 0) abort();
    close(own);
    errno = cause;
}

int plumbline_network_make(void)
{
    int own = open_own_network();
    if (own < 0) return -1;
    int made = -1;
    if (unshare(CLONE_NEWNET) == 0) {
        made = open_own_network();
        come_back(own);
    } else {
        int cause = errno;
        close(own);
        errno = cause;
    }
    return made;
}

int plumbline_network_socket(int network, int domain, int type, int protocol)
{
    int own = leave(network);
    if (own < 0) return -1;
    int result = socket(domain, type | SOCK_CLOEXEC, protocol);
    come_back(own);
    return result;
}

int plumbline_network_set(int network, const char *path, const char *text)
{
    int own = leave(network);
    if (own < 0) return -1;
    int result = -1;
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        if (write(file, text, strlen(text)) >= 0) result = 0;
        int cause = errno;
        close(file);
        errno = cause;
    }
    come_back(own);
    return result;
}

int plumbline_network_get(int network, const char *path)
{
    int own = leave(network);
    if (own < 0) return -1;
    int result = -1;
    unsigned char byte;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        if (read(file, &byte, 1) == 1) result = byte;
        close(file);
    }
    come_back(own);
    return result;
}

int plumbline_interface_index(int socket, const char *name)
{
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    return ioctl(socket, SIOCGIFINDEX, &request) < 0 ? -1 : request.ifr_ifindex;
}

int plumbline_interface_plain(int socket, const char *name)
{
    // Why the order: segmentation rests on checksums and scatter, which go last.
    uint32_t commands[] = {
        ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_SSG, ETHTOOL_STXCSUM};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct ethtool_value value = {.cmd = commands[i], .data = 0};
        struct ifreq request = {0};
        strncpy(request.ifr_name, name, IFNAMSIZ - 1);
        request.ifr_data = (void *)&value;
        if (ioctl(socket, SIOCETHTOOL, &request) < 0 && errno != EOPNOTSUPP) return -1;
    }
    return 0;
}

int plumbline_packet_socket(int index)
{
    // Protocol 0 until it is bound: no frame of another interface slips in.
    int made = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) return -1;
    int yes = 1, bytes = 8 << 20;
    struct packet_mreq everything = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index};
    if (setsockopt(made, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
        setsockopt(made, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (setsockopt(made, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) < 0)
        setsockopt(made, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    // Frames go straight to the other end: there is nothing to queue for.
    setsockopt(made, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof yes);
    if (setsockopt(made, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) == 0
        && setsockopt(
               made, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &everything, sizeof everything) == 0
        && bind(made, (struct sockaddr *)&address, sizeof address) == 0)
        return made;
    int cause = errno;
    close(made);
    errno = cause;
    return -1;
}

int plumbline_packet_read(
    int socket, uint8_t *bytes, size_t stride, uint32_t *lengths, int capacity)
{
    struct mmsghdr heads[64];
    struct iovec parts[64];
    if (capacity > 64) capacity = 64;
    memset(heads, 0, sizeof *heads * (size_t)capacity);
    for (int i = 0; i < capacity; i++) {
        parts[i] = (struct iovec){.iov_base = bytes + stride * (size_t)i, .iov_len = stride};
        heads[i].msg_hdr.msg_iov = &parts[i];
        heads[i].msg_hdr.msg_iovlen = 1;
    }
    int count = recvmmsg(socket, heads, (unsigned)capacity, MSG_DONTWAIT | MSG_TRUNC, NULL);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
    for (int i = 0; i < count; i++) lengths[i] = heads[i].msg_len;
    return count;
}

int plumbline_packet_write(int socket, const uint8_t *bytes, size_t count)
{
    ssize_t sent;
    do sent = send(socket, bytes, count, MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)count;
}

unsigned plumbline_packet_drops(int socket)
{
    struct tpacket_stats counts = {0};
    socklen_t length = sizeof counts;
    getsockopt(socket, SOL_PACKET, PACKET_STATISTICS, &counts, &length);
    return counts.tp_drops;
}
