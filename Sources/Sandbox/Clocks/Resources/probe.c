/* Says what time it is, in seconds, asked for in each way that there is. */
#include <stdio.h>
#include <sys/time.h>
#include <time.h>

int main(void)
{
    struct timespec exact, coarse;
    struct timeval old;
    clock_gettime(CLOCK_REALTIME, &exact);
    clock_gettime(CLOCK_REALTIME_COARSE, &coarse);
    gettimeofday(&old, NULL);
    printf(
        "%lld %lld %lld %lld\n", (long long)exact.tv_sec, (long long)coarse.tv_sec,
        (long long)old.tv_sec, (long long)time(NULL));
    return 0;
}
