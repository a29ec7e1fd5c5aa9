/* Faults where a program meets its files: the n-th call that changes a file under a folder fails,
 * or kills the process before it is done or half-way through it.
 *
 * Preloaded before the C library (LD_PRELOAD); armed from Python through ctypes, after which the
 * calls are counted from 1. Only files under the folder count.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { NONE, KILL, TEAR, FULL, BROKEN, DENIED };

static char folder[PATH_MAX];
static size_t folder_length;
static enum kind armed = NONE;
static long at = 0;    /* the call that is hit; 0: none is, they are only counted */
static long calls = 0;

void shim_arm(const char *path, int kind, long call) {
    snprintf(folder, sizeof folder, "%s", path);
    folder_length = strlen(folder);
    armed = (enum kind)kind;
    at = call;
    calls = 0;
}

long shim_calls(void) { return calls; }

static int is_path(const char *path) {
    return folder_length && path && strncmp(path, folder, folder_length) == 0;
}

static int is_file(int file) {
    char name[64], path[PATH_MAX];
    ssize_t length;
    if (!folder_length) return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    length = readlink(name, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_path(path);
}

/* Count one call. Returns an error to fail with, 0 to go on, -1 to tear it. */
static int hit(int takes_room) {
    int here = ++calls == at;
    int since = at && calls >= at;
    switch (armed) {
        case KILL: if (here) kill(getpid(), SIGKILL); return 0;
        case TEAR: if (here) { if (takes_room) return -1; kill(getpid(), SIGKILL); } return 0;
        case FULL: return since && takes_room ? ENOSPC : 0;
        case BROKEN: return here ? EIO : 0;
        case DENIED: return since ? EACCES : 0;
        default: return 0;
    }
}

#define REAL(name) \
    static __typeof__(&name) real = 0; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define FAIL_IF_HIT(mine, takes_room) \
    if (mine) { int error = hit(takes_room); if (error > 0) { errno = error; return -1; } }

static void die(void) { kill(getpid(), SIGKILL); }

ssize_t write(int file, const void *data, size_t size) {
    REAL(write);
    if (is_file(file)) {
        int error = hit(1);
        if (error > 0) { errno = error; return -1; }
        if (error < 0) { real(file, data, size / 2); die(); }
    }
    return real(file, data, size);
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t offset) {
    REAL(pwrite64);
    if (is_file(file)) {
        int error = hit(1);
        if (error > 0) { errno = error; return -1; }
        if (error < 0) { real(file, data, size / 2, offset); die(); }
    }
    return real(file, data, size, offset);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t offset) {
    return pwrite64(file, data, size, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(writev);
    FAIL_IF_HIT(is_file(file), 1)
    return real(file, parts, count);
}

int fsync(int file) { REAL(fsync); FAIL_IF_HIT(is_file(file), 0) return real(file); }
int fdatasync(int file) { REAL(fdatasync); FAIL_IF_HIT(is_file(file), 0) return real(file); }

int ftruncate64(int file, off64_t size) {
    REAL(ftruncate64);
    FAIL_IF_HIT(is_file(file), 0)
    return real(file, size);
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int posix_fallocate64(int file, off64_t offset, off64_t size) {
    REAL(posix_fallocate64);
    if (is_file(file)) { int error = hit(1); if (error > 0) return error; }
    return real(file, offset, size);
}

int posix_fallocate(int file, off_t offset, off_t size) {
    return posix_fallocate64(file, offset, size);
}

int rename(const char *from, const char *to) {
    REAL(rename);
    FAIL_IF_HIT(is_path(from) || is_path(to), 0)
    return real(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    REAL(renameat);
    FAIL_IF_HIT(is_path(from) || is_path(to), 0)
    return real(from_folder, from, to_folder, to);
}

int unlink(const char *path) { REAL(unlink); FAIL_IF_HIT(is_path(path), 0) return real(path); }

int unlinkat(int in, const char *path, int flags) {
    REAL(unlinkat);
    FAIL_IF_HIT(is_path(path), 0)
    return real(in, path, flags);
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    FAIL_IF_HIT(is_path(path), 0)
    return real(path, mode);
}

/* Opening counts where it may make or empty a file. */
static int opens_to_write(int flags) { return flags & (O_CREAT | O_TRUNC); }

int open64(const char *path, int flags, ...) {
    REAL(open64);
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    FAIL_IF_HIT(is_path(path) && opens_to_write(flags), 0)
    return real(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    return open64(path, flags, mode);
}
