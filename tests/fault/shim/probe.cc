// shim_probe FILE: what a process under the shim sees. For each line of standard input it answers
// one of standard output:
//   clocks       seconds by clock_gettime, gettimeofday, time, and by the monotonic clock
//   wait         ends a wait of 20 ms on a condition of the wall clock; "timeout"
//   append       write() of four bytes at the end of FILE; "ok" or the errno
//   overwrite    pwrite() of four bytes at the beginning; the same
//   truncate     ftruncate() to nothing; sync: fdatasync(); the same
#include <fcntl.h>
#include <pthread.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <string>

namespace {

std::string Clocks() {
  timespec civil{};
  timespec monotonic{};
  timeval of_day{};
  clock_gettime(CLOCK_REALTIME, &civil);
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  gettimeofday(&of_day, nullptr);
  return std::to_string(civil.tv_sec) + " " + std::to_string(of_day.tv_sec) + " " +
         std::to_string(time(nullptr)) + " " + std::to_string(monotonic.tv_sec);
}

std::string Wait() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  timespec deadline{};
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_nsec += 20'000'000;
  if (deadline.tv_nsec >= 1'000'000'000) {
    deadline.tv_nsec -= 1'000'000'000;
    ++deadline.tv_sec;
  }
  pthread_mutex_lock(&mutex);
  const int result = pthread_cond_timedwait(&condition, &mutex, &deadline);
  pthread_mutex_unlock(&mutex);
  return result == ETIMEDOUT ? "timeout" : std::to_string(result);
}

std::string Outcome(bool ok) { return ok ? "ok" : std::to_string(errno); }

std::string Obey(const std::string& word, int fd) {
  if (word == "clocks") return Clocks();
  if (word == "wait") return Wait();
  if (word == "append") {
    lseek(fd, 0, SEEK_END);
    return Outcome(write(fd, "more", 4) == 4);
  }
  if (word == "overwrite") return Outcome(pwrite(fd, "over", 4, 0) == 4);
  if (word == "truncate") return Outcome(ftruncate(fd, 0) == 0);
  if (word == "sync") return Outcome(fdatasync(fd) == 0);
  return "unknown";
}

}  // namespace

int main(int argc, char** argv) {
  const int fd = argc == 2 ? open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (fd < 0) return 2;
  std::string word;
  while (std::getline(std::cin, word)) std::cout << Obey(word, fd) << std::endl;
  return 0;
}
