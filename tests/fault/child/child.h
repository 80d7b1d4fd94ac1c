// Child: a process that a test starts, kills and waits for. The destructor kills it. One thread.
#ifndef TRAYLINE_TESTS_FAULT_CHILD_CHILD_H_
#define TRAYLINE_TESTS_FAULT_CHILD_CHILD_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace trayline::fault {

// Asks again and again, every few milliseconds, until holds() or the time is up.
bool Eventually(const std::function<bool()>& holds,
                std::chrono::milliseconds limit = std::chrono::seconds(30));

class Child {
 public:
  Child() = default;
  ~Child() { Kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Standard error goes to the end of log_file, standard output to nowhere. False when it cannot be
  // started.
  bool Start(const std::vector<std::string>& words, const std::string& log_file);
  // SIGKILL, and waits for the end. Nothing when it does not run.
  void Kill();
  // SIGTERM, and waits; its exit status, or nullopt when it did not end in order in time (it is
  // killed then).
  std::optional<int> Stop(std::chrono::milliseconds limit = std::chrono::seconds(20));
  // Waits until it ends by itself; as Stop otherwise.
  std::optional<int> Wait(std::chrono::milliseconds limit = std::chrono::seconds(60));
  [[nodiscard]] bool running() const { return pid_ > 0; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_CHILD_CHILD_H_
