// The library that is loaded before all others (LD_PRELOAD) into a process that a test wants to see
// in trouble. It stands in front of some functions of the C library: those that read the wall
// clock, and those that write and sync files. What they do is steered by a ShimControl. Without
// one, or while it asks for nothing, every call goes straight through. Any thread; it allocates
// nothing, takes no lock and throws nothing, because it runs below everything else.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/fault/shim/control.h"

namespace {

using trayline::fault::ShimControl;
using trayline::fault::ShimScope;

constexpr std::int64_t kMsPerSecond = 1'000;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::atomic<ShimControl*> control{nullptr};

// The function of this name that would have been called without us.
template <typename Function>
class Next {
 public:
  constexpr explicit Next(const char* name) : name_(name) {}
  Function* get() {
    void* found = found_.load(std::memory_order_relaxed);
    if (found == nullptr) {
      found = dlsym(RTLD_NEXT, name_);
      found_.store(found, std::memory_order_relaxed);
    }
    return reinterpret_cast<Function*>(found);
  }

 private:
  const char* name_;
  std::atomic<void*> found_{nullptr};
};

constinit Next<int(clockid_t, timespec*)> next_clock_gettime("clock_gettime");
constinit Next<int(timeval*, void*)> next_gettimeofday("gettimeofday");
constinit Next<ssize_t(int, const void*, size_t)> next_write("write");
constinit Next<ssize_t(int, const iovec*, int)> next_writev("writev");
constinit Next<ssize_t(int, const void*, size_t, off64_t)> next_pwrite64("pwrite64");
constinit Next<int(int, off64_t)> next_ftruncate64("ftruncate64");
constinit Next<int(int, int, off64_t, off64_t)> next_fallocate64("fallocate64");
constinit Next<int(int, off64_t, off64_t)> next_posix_fallocate64("posix_fallocate64");
constinit Next<int(int)> next_fsync("fsync");
constinit Next<int(int)> next_fdatasync("fdatasync");
constinit Next<int(sem_t*, const timespec*)> next_sem_timedwait("sem_timedwait");
constinit Next<int(pthread_mutex_t*, const timespec*)> next_mutex_timedlock(
    "pthread_mutex_timedlock");
// Not by Next: two versions of it are about, and dlsym may give the one of 2002.
constinit std::atomic<void*> next_cond_timedwait{nullptr};

// --- Time -------------------------------------------------------------------------------------

std::int64_t OffsetMs() {
  const ShimControl* shared = control.load(std::memory_order_relaxed);
  return shared == nullptr ? 0 : shared->clock_offset_ms.load(std::memory_order_relaxed);
}

timespec Moved(const timespec& time, std::int64_t ms) {
  std::int64_t seconds = time.tv_sec + ms / kMsPerSecond;
  std::int64_t ns = time.tv_nsec + ms % kMsPerSecond * kNsPerMs;
  if (ns < 0) {
    ns += kNsPerSecond;
    --seconds;
  } else if (ns >= kNsPerSecond) {
    ns -= kNsPerSecond;
    ++seconds;
  }
  return {static_cast<time_t>(seconds), static_cast<long>(ns)};
}

// The kernel does not know of our offset: a deadline that was reckoned from the moved clock is
// moved back before it waits.
timespec Unmoved(const timespec& deadline) { return Moved(deadline, -OffsetMs()); }

// Deadlines of conditions may be monotonic; the attribute that says so cannot be read back. What
// lies nearer to the monotonic time is taken for it.
bool IsMonotonic(const timespec& deadline) {
  timespec monotonic{};
  timespec civil{};
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  clock_gettime(CLOCK_REALTIME, &civil);
  return std::llabs(deadline.tv_sec - monotonic.tv_sec) <
         std::llabs(deadline.tv_sec - civil.tv_sec);
}

// --- Storage ----------------------------------------------------------------------------------

// Whether this descriptor is a file below the folder. Standard streams never are: a log is not what
// is being tested.
bool IsBelowFolder(int fd, const ShimControl& shared) {
  if (fd <= STDERR_FILENO) return false;
  char link[32];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  char path[4096];
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  const std::size_t folder = std::strlen(shared.folder.data());
  return folder > 0 && std::strncmp(path, shared.folder.data(), folder) == 0 && path[folder] == '/';
}

std::int64_t SizeOf(int fd) {
  struct stat64 facts {};
  return fstat64(fd, &facts) == 0 ? facts.st_size : 0;
}

constexpr std::int64_t kUnknownEnd = -1;
constexpr std::int64_t kSync = -2;

// Whether the scope leaves this call alone. end as for Fails.
bool IsSpared(int fd, std::int64_t end, ShimScope scope) {
  if (scope == ShimScope::kGrowth) return end < 0 || end <= SizeOf(fd);
  return scope == ShimScope::kSyncs && end != kSync;
}

// Whether this call is to fail; errno is set then. end: where the file would end, or kSync for a
// call that writes nothing.
bool Fails(int fd, std::int64_t end) {
  ShimControl* shared = control.load(std::memory_order_relaxed);
  if (shared == nullptr) return false;
  const std::int32_t error = shared->storage_errno.load(std::memory_order_relaxed);
  if (error == 0) return false;
  const int before = errno;
  const ShimScope scope = shared->scope.load(std::memory_order_relaxed);
  if (IsSpared(fd, end, scope) || !IsBelowFolder(fd, *shared)) {
    errno = before;
    return false;
  }
  shared->storage_faults.fetch_add(1, std::memory_order_relaxed);
  errno = error;
  return true;
}

bool StorageIsSteered() {
  const ShimControl* shared = control.load(std::memory_order_relaxed);
  return shared != nullptr && shared->storage_errno.load(std::memory_order_relaxed) != 0;
}

// Where a write at the present position would end.
std::int64_t EndOfWrite(int fd, std::size_t size) {
  if (!StorageIsSteered()) return kUnknownEnd;
  const int before = errno;
  const bool appends = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
  const std::int64_t position = appends ? SizeOf(fd) : lseek64(fd, 0, SEEK_CUR);
  errno = before;
  return position < 0 ? kUnknownEnd : position + static_cast<std::int64_t>(size);
}

__attribute__((constructor)) void Attach() {
  next_cond_timedwait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
  if (next_cond_timedwait == nullptr) {
    next_cond_timedwait = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
  }
  const char* path = std::getenv(trayline::fault::kShimVariable);
  if (path == nullptr) return;
  const int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* memory =
      SizeOf(fd) < static_cast<std::int64_t>(sizeof(ShimControl))
          ? MAP_FAILED
          : mmap(nullptr, sizeof(ShimControl), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED) return;
  auto* shared = static_cast<ShimControl*>(memory);
  if (shared->magic != trayline::fault::kShimMagic) return;
  shared->attached.fetch_add(1);
  control.store(shared);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const int result = next_clock_gettime.get()(clock, time);
  const std::int64_t offset = OffsetMs();
  if (offset != 0 && result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    *time = Moved(*time, offset);
  }
  return result;
}

int gettimeofday(timeval* time, void* zone) noexcept {
  const int result = next_gettimeofday.get()(time, zone);
  const std::int64_t offset = OffsetMs();
  if (offset != 0 && result == 0) {
    const timespec moved = Moved({time->tv_sec, time->tv_usec * 1'000}, offset);
    *time = {moved.tv_sec, moved.tv_nsec / 1'000};
  }
  return result;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* deadline) {
  using Function = int(pthread_cond_t*, pthread_mutex_t*, const timespec*);
  auto* next = reinterpret_cast<Function*>(next_cond_timedwait.load(std::memory_order_relaxed));
  if (OffsetMs() == 0 || IsMonotonic(*deadline)) return next(condition, mutex, deadline);
  const timespec real = Unmoved(*deadline);
  return next(condition, mutex, &real);
}

int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* deadline) noexcept {
  const timespec real = Unmoved(*deadline);
  return next_mutex_timedlock.get()(mutex, &real);
}

int sem_timedwait(sem_t* semaphore, const timespec* deadline) {
  const timespec real = Unmoved(*deadline);
  return next_sem_timedwait.get()(semaphore, &real);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (Fails(fd, EndOfWrite(fd, size))) return -1;
  return next_write.get()(fd, bytes, size);
}

ssize_t writev(int fd, const iovec* parts, int count) {
  if (StorageIsSteered()) {
    std::size_t size = 0;
    for (int i = 0; i < count; ++i) size += parts[i].iov_len;
    if (Fails(fd, EndOfWrite(fd, size))) return -1;
  }
  return next_writev.get()(fd, parts, count);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  if (Fails(fd, at + static_cast<std::int64_t>(size))) return -1;
  return next_pwrite64.get()(fd, bytes, size, at);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return pwrite64(fd, bytes, size, at);
}

int ftruncate64(int fd, off64_t size) noexcept {
  if (Fails(fd, size)) return -1;
  return next_ftruncate64.get()(fd, size);
}

int ftruncate(int fd, off_t size) noexcept { return ftruncate64(fd, size); }

int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  if (Fails(fd, at + size)) return -1;
  return next_fallocate64.get()(fd, mode, at, size);
}

int fallocate(int fd, int mode, off_t at, off_t size) { return fallocate64(fd, mode, at, size); }

int posix_fallocate64(int fd, off64_t at, off64_t size) {
  const int before = errno;
  if (!Fails(fd, at + size)) return next_posix_fallocate64.get()(fd, at, size);
  const int error = errno;  // which this function returns instead of setting it
  errno = before;
  return error;
}

int posix_fallocate(int fd, off_t at, off_t size) { return posix_fallocate64(fd, at, size); }

int fsync(int fd) {
  if (Fails(fd, kSync)) return -1;
  return next_fsync.get()(fd);
}

int fdatasync(int fd) {
  if (Fails(fd, kSync)) return -1;
  return next_fdatasync.get()(fd);
}

}  // extern "C"
