/* A preload library that writes down what a process does to one folder, for tests/power.rs.
 *
 *   RECORD_FOLDER   the folder (canonical path)
 *   RECORD_JOURNAL  where the journal goes, outside of it
 *   RECORD_SYNC_US  how long a sync takes, microseconds (default 2000)
 *   RECORD_STALL    every so many syncs one takes 1.3 s, as cards do that tidy up (default 0: never)
 *
 * Every change is executed and journalled under one lock, so the journal has the kernel's order.
 * fsync and fdatasync do not go to the real disk: they pause, without the lock, and their begin and
 * end are journalled. What was journalled before the begin is durable from the end on. Reads are
 * not looked at. -shm files are not looked at either: SQLite rebuilds them. Whatever could change a
 * file past this library is journalled as LOUD, and the test fails; so does it when the journal,
 * played back, does not give the folder byte by byte (raw system calls are found out that way).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum op { HELLO = 1, CREATE, OPEN, WRITE, TRUNCATE, SYNC_BEGIN, SYNC_END, RENAME, UNLINK, MKDIR, RMDIR, LINK,
          DIR_SYNC_BEGIN, DIR_SYNC_END, LOUD };

struct header {
    uint64_t t_ns, id, a;
    uint32_t op, path, other, data; /* lengths of what follows */
};

#define FILES_MAX 4096
static struct { dev_t dev; ino_t ino; uint64_t id; int shm; } files[FILES_MAX];
static int file_count;
static uint64_t next_id = 1, next_sync = 1;
static char folder[PATH_MAX];
static size_t folder_len;
static int journal = -1;
static long sync_us = 2000, stall = 0;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void put_at(uint64_t t_ns, enum op op, uint64_t id, uint64_t a, const char *path, const char *other,
                   const void *data, size_t len) {
    int saved = errno;
    if (journal < 0) return;
    struct header h = { t_ns, id, a, op, path ? strlen(path) : 0, other ? strlen(other) : 0, len };
    struct iovec parts[4] = { { &h, sizeof h }, { (void *)path, h.path }, { (void *)other, h.other },
                              { (void *)data, len } };
    size_t all = sizeof h + h.path + h.other + len;
    if (syscall(SYS_writev, journal, parts, 4) != (long)all) {
        static const char cry[] = "record.c: the journal cannot be written\n";
        syscall(SYS_write, 2, cry, sizeof cry - 1);
        _exit(99);
    }
    errno = saved;
}

static void put(enum op op, uint64_t id, uint64_t a, const char *path, const char *other, const void *data,
                size_t len) {
    put_at(now_ns(), op, id, a, path, other, data, len);
}

static void loud(const char *what) { put(LOUD, 0, 0, what, NULL, NULL, 0); }

__attribute__((constructor)) static void start(void) {
    const char *where = getenv("RECORD_FOLDER"), *to = getenv("RECORD_JOURNAL"), *us = getenv("RECORD_SYNC_US"),
               *stalls = getenv("RECORD_STALL");
    if (!where || !to || journal >= 0) return;
    snprintf(folder, sizeof folder, "%s", where);
    folder_len = strlen(folder);
    if (us) sync_us = atol(us);
    if (stalls) stall = atol(stalls);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    journal = fcntl(fd, F_DUPFD_CLOEXEC, 900);
    if (journal < 0) journal = fd; else syscall(SYS_close, fd);
    put(HELLO, (uint64_t)getpid(), 0, NULL, NULL, NULL, 0);
}

/* The path below the folder ("" for the folder itself), or NULL where it lies elsewhere. */
static const char *inside(int dir, const char *path, char out[PATH_MAX]) {
    char whole[PATH_MAX], parent[PATH_MAX];
    if (journal < 0 || !path) return NULL;
    int saved = errno;
    if (path[0] == '/') {
        if (snprintf(whole, sizeof whole, "%s", path) >= (int)sizeof whole) return NULL;
    } else {
        char base[PATH_MAX], link[64];
        if (dir == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
        ssize_t n = readlink(link, base, sizeof base - 1);
        errno = saved;
        if (n < 0) return NULL;
        base[n] = 0;
        if (snprintf(whole, sizeof whole, "%s/%s", base, path) >= (int)sizeof whole) return NULL;
    }
    size_t end = strlen(whole);
    while (end > 1 && whole[end - 1] == '/') whole[--end] = 0;
    if (strcmp(whole, folder) == 0) { out[0] = 0; return out; }
    char *slash = strrchr(whole, '/');
    const char *name = slash + 1;
    *slash = 0;
    char *real = realpath(slash == whole ? "/" : whole, parent);
    errno = saved;
    if (!real || strncmp(parent, folder, folder_len) != 0) return NULL;
    if (parent[folder_len] == 0) snprintf(out, PATH_MAX, "%s", name);
    else if (parent[folder_len] == '/') snprintf(out, PATH_MAX, "%s/%s", parent + folder_len + 1, name);
    else return NULL;
    return out;
}

static int ends_with(const char *text, const char *end) {
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

/* The place of an open file in the table, or -1 where it is none of ours. Under the lock. */
static int known(int fd) {
    struct stat s;
    int saved = errno;
    int failed = fstat(fd, &s);
    errno = saved;
    if (failed || !S_ISREG(s.st_mode)) return -1;
    for (int i = file_count - 1; i >= 0; i--)
        if (files[i].dev == s.st_dev && files[i].ino == s.st_ino) return files[i].shm ? -1 : i;
    return -1;
}

static void learn(int fd, const char *path, int made, int truncated) {
    struct stat s;
    if (fstat(fd, &s) || !S_ISREG(s.st_mode)) return;
    int at = -1;
    if (!made)
        for (int i = file_count - 1; i >= 0; i--)
            if (files[i].dev == s.st_dev && files[i].ino == s.st_ino) { at = i; break; }
    if (at < 0) {
        if (file_count == FILES_MAX) { loud("more files than the recorder has room for"); return; }
        at = file_count++;
        files[at].dev = s.st_dev;
        files[at].ino = s.st_ino;
        files[at].id = next_id++;
        files[at].shm = ends_with(path, "-shm");
        if (!files[at].shm) put(made ? CREATE : OPEN, files[at].id, 0, path, NULL, NULL, 0);
    }
    if (truncated && !made && !files[at].shm) put(TRUNCATE, files[at].id, 0, NULL, NULL, NULL, 0);
}

static int open_any(int dir, const char *path, int flags, mode_t mode) {
    char at[PATH_MAX];
    const char *below = inside(dir, path, at);
    if (!below || !*below || ((flags & O_ACCMODE) == O_RDONLY && !(flags & (O_CREAT | O_TRUNC))))
        return (int)syscall(SYS_openat, dir, path, flags, mode);
    if ((flags & O_TMPFILE) == O_TMPFILE || (flags & (O_DIRECT | O_SYNC | O_DSYNC))) loud("an open with flags it does not know");
    pthread_mutex_lock(&lock);
    struct stat before;
    int saved = errno;
    int made = fstatat(dir, path, &before, 0) != 0;
    errno = saved;
    int fd = (int)syscall(SYS_openat, dir, path, flags, mode);
    if (fd >= 0) learn(fd, below, made, (flags & O_TRUNC) != 0);
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE(flags, mode) mode_t mode = 0; if ((flags) & (O_CREAT | O_TMPFILE)) { va_list l; va_start(l, flags); mode = va_arg(l, mode_t); va_end(l); }
int open(const char *path, int flags, ...) { MODE(flags, mode) return open_any(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, mode) return open_any(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE(flags, mode) return open_any(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE(flags, mode) return open_any(dir, path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_any(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }
int __open_2(const char *path, int flags) { return open_any(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return open_any(AT_FDCWD, path, flags, 0); }
int __openat_2(int dir, const char *path, int flags) { return open_any(dir, path, flags, 0); }
int __openat64_2(int dir, const char *path, int flags) { return open_any(dir, path, flags, 0); }

/* A write that was done, of `done` bytes from these parts, at `offset`. Under the lock. */
static void wrote(uint64_t t_ns, int at, const struct iovec *parts, int count, off_t offset, ssize_t done) {
    size_t left = done > 0 ? (size_t)done : 0;
    for (int i = 0; i < count && left > 0; i++) {
        size_t n = parts[i].iov_len < left ? parts[i].iov_len : left;
        put_at(t_ns, WRITE, files[at].id, (uint64_t)offset, NULL, NULL, parts[i].iov_base, n);
        offset += (off_t)n;
        left -= n;
    }
}

/* offset < 0: at the file's own position. */
static ssize_t write_any(int fd, const struct iovec *parts, int count, off_t offset, int at_position) {
    int file = journal < 0 ? -1 : (pthread_mutex_lock(&lock), known(fd));
    uint64_t t_ns = file >= 0 ? now_ns() : 0;
    if (file < 0 && journal >= 0) pthread_mutex_unlock(&lock);
    ssize_t done = at_position ? syscall(SYS_writev, fd, parts, count)
                               : syscall(SYS_pwritev, fd, parts, count, (long)offset, 0L);
    if (file >= 0) {
        if (at_position && done > 0) offset = (off_t)syscall(SYS_lseek, fd, 0L, SEEK_CUR) - (off_t)done;
        wrote(t_ns, file, parts, count, offset, done);
        pthread_mutex_unlock(&lock);
    }
    return done;
}

ssize_t write(int fd, const void *data, size_t len) { struct iovec v = { (void *)data, len }; return write_any(fd, &v, 1, 0, 1); }
ssize_t writev(int fd, const struct iovec *v, int n) { return write_any(fd, v, n, 0, 1); }
ssize_t pwrite(int fd, const void *data, size_t len, off_t at) { struct iovec v = { (void *)data, len }; return write_any(fd, &v, 1, at, 0); }
ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at) { return pwrite(fd, data, len, at); }
ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at) { return write_any(fd, v, n, at, 0); }
ssize_t pwritev64(int fd, const struct iovec *v, int n, off64_t at) { return write_any(fd, v, n, at, 0); }
ssize_t pwritev2(int fd, const struct iovec *v, int n, off_t at, int flags) { if (flags) loud("pwritev2 with flags"); return write_any(fd, v, n, at, at == -1); }
ssize_t pwritev64v2(int fd, const struct iovec *v, int n, off64_t at, int flags) { return pwritev2(fd, v, n, at, flags); }

int ftruncate(int fd, off_t size) {
    pthread_mutex_lock(&lock);
    int at = journal < 0 ? -1 : known(fd);
    uint64_t t_ns = now_ns();
    int failed = (int)syscall(SYS_ftruncate, fd, (long)size);
    if (at >= 0 && !failed) put_at(t_ns, TRUNCATE, files[at].id, (uint64_t)size, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    return failed;
}
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int truncate(const char *path, off_t size) {
    char at[PATH_MAX];
    if (inside(AT_FDCWD, path, at)) loud("truncate by path");
    return (int)syscall(SYS_truncate, path, (long)size);
}
int truncate64(const char *path, off64_t size) { return truncate(path, size); }

int fallocate(int fd, int mode, off_t offset, off_t len) {
    pthread_mutex_lock(&lock);
    int at = journal < 0 ? -1 : known(fd);
    struct stat s;
    int failed = (int)syscall(SYS_fallocate, fd, mode, (long)offset, (long)len);
    if (at >= 0 && !failed) {
        if (mode != 0) loud("fallocate with a mode");
        if (fstat(fd, &s) == 0) put(TRUNCATE, files[at].id, (uint64_t)s.st_size, NULL, NULL, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return failed;
}
int fallocate64(int fd, int mode, off64_t offset, off64_t len) { return fallocate(fd, mode, offset, len); }
int posix_fallocate(int fd, off_t offset, off_t len) { return fallocate(fd, 0, offset, len) ? errno : 0; }
int posix_fallocate64(int fd, off64_t offset, off64_t len) { return posix_fallocate(fd, offset, len); }

static void take_time(uint64_t number) {
    long us = stall > 0 && number % (uint64_t)stall == 0 ? 1300000 : sync_us;
    struct timespec t = { us / 1000000, (us % 1000000) * 1000 };
    while (nanosleep(&t, &t) && errno == EINTR) {}
    errno = 0;
}

static int sync_any(int fd, long call) {
    struct stat s;
    if (journal < 0 || fstat(fd, &s)) return (int)syscall(call, fd);
    char link[64], path[PATH_MAX], at[PATH_MAX];
    uint64_t id = 0, number;
    const char *below = NULL;
    pthread_mutex_lock(&lock);
    if (S_ISDIR(s.st_mode)) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, path, sizeof path - 1);
        if (n > 0) { path[n] = 0; below = inside(AT_FDCWD, path, at); }
    } else {
        int file = known(fd);
        if (file >= 0) id = files[file].id;
    }
    number = next_sync++;
    if (below) put(DIR_SYNC_BEGIN, 0, number, below, NULL, NULL, 0);
    if (id) put(SYNC_BEGIN, id, number, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    if (!below && !id) return (int)syscall(call, fd);
    take_time(number);
    pthread_mutex_lock(&lock);
    if (below) put(DIR_SYNC_END, 0, number, below, NULL, NULL, 0);
    if (id) put(SYNC_END, id, number, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}
int fsync(int fd) { return sync_any(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_any(fd, SYS_fdatasync); }

/* Changes of names: one name, or two; `call` does it. */
#define DONE(op, call)                                                                                      \
    pthread_mutex_lock(&lock);                                                                              \
    uint64_t t_ns = now_ns();                                                                               \
    int failed = (int)(call);                                                                               \
    if (!failed && one) put_at(t_ns, op, 0, 0, one, two, NULL, 0);                                          \
    pthread_mutex_unlock(&lock);                                                                            \
    return failed;
#define ONE(op, dir, path, call)                                                                            \
    char a[PATH_MAX];                                                                                       \
    const char *one = inside(dir, path, a), *two = NULL;                                                    \
    DONE(op, call)
#define TWO(op, d1, p1, d2, p2, call)                                                                       \
    char a[PATH_MAX], b[PATH_MAX];                                                                          \
    const char *one = inside(d1, p1, a), *two = inside(d2, p2, b);                                          \
    if (!one != !two) loud("a name that crosses the folder's border");                                      \
    DONE(op, call)

int renameat2(int d1, const char *p1, int d2, const char *p2, unsigned flags) {
    if (flags & ~1u) loud("renameat2 with flags");
    TWO(RENAME, d1, p1, d2, p2, syscall(SYS_renameat2, d1, p1, d2, p2, flags))
}
int renameat(int d1, const char *p1, int d2, const char *p2) { return renameat2(d1, p1, d2, p2, 0); }
int rename(const char *p1, const char *p2) { return renameat2(AT_FDCWD, p1, AT_FDCWD, p2, 0); }
int unlinkat(int dir, const char *path, int flags) {
    ONE(flags & AT_REMOVEDIR ? RMDIR : UNLINK, dir, path, syscall(SYS_unlinkat, dir, path, flags))
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
    struct stat s;
    return unlinkat(AT_FDCWD, path, lstat(path, &s) == 0 && S_ISDIR(s.st_mode) ? AT_REMOVEDIR : 0);
}
int mkdirat(int dir, const char *path, mode_t mode) { ONE(MKDIR, dir, path, syscall(SYS_mkdirat, dir, path, mode)) }
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
int linkat(int d1, const char *p1, int d2, const char *p2, int flags) { TWO(LINK, d1, p1, d2, p2, syscall(SYS_linkat, d1, p1, d2, p2, flags)) }
int link(const char *p1, const char *p2) { return linkat(AT_FDCWD, p1, AT_FDCWD, p2, 0); }
int symlinkat(const char *to, int dir, const char *path) {
    char at[PATH_MAX];
    if (inside(dir, path, at)) loud("a symbolic link");
    return (int)syscall(SYS_symlinkat, to, dir, path);
}
int symlink(const char *to, const char *path) { return symlinkat(to, AT_FDCWD, path); }

/* Ways past the journal. */
static void shout_if_ours(int fd, const char *what) {
    if (journal < 0 || fd < 0) return;
    pthread_mutex_lock(&lock);
    if (known(fd) >= 0) loud(what);
    pthread_mutex_unlock(&lock);
}
void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset) {
    if ((prot & PROT_WRITE) && (flags & MAP_SHARED) && !(flags & MAP_ANONYMOUS)) shout_if_ours(fd, "a shared writable mapping");
    return (void *)syscall(SYS_mmap, addr, len, prot, flags, fd, offset);
}
void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off64_t offset) { return mmap(addr, len, prot, flags, fd, offset); }
ssize_t copy_file_range(int in, off64_t *at_in, int out, off64_t *at_out, size_t len, unsigned flags) {
    shout_if_ours(out, "copy_file_range");
    return syscall(SYS_copy_file_range, in, at_in, out, at_out, len, flags);
}
ssize_t sendfile(int out, int in, off_t *at, size_t len) {
    shout_if_ours(out, "sendfile");
    return syscall(SYS_sendfile, out, in, at, len);
}
ssize_t sendfile64(int out, int in, off64_t *at, size_t len) { return sendfile(out, in, at, len); }
ssize_t splice(int in, off64_t *at_in, int out, off64_t *at_out, size_t len, unsigned flags) {
    shout_if_ours(out, "splice");
    return syscall(SYS_splice, in, at_in, out, at_out, len, flags);
}
