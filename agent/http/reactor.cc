#include "agent/http/reactor.h"

#include <Poco/Exception.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "agent/http/wire.h"

namespace trayline::http {
namespace {

// Parsing needs little; only the pages that are touched cost memory.
constexpr int kStackBytes = 512 * 1024;
// A worker that has had nothing to do for so long goes home.
constexpr Millis kWorkerIdle{10'000};
// A worker waits so long for the next request of the connection that it has just served, unless
// another connection wants it: hosts that send one batch after the other are spared two switches of
// threads for each.
constexpr Millis kLinger{2};
// How long a client may take to read the last answer of a connection that we have closed.
constexpr Millis kDrainTime{2'000};
// Connections beyond the limit that are being told so; further ones are just closed.
constexpr std::size_t kRefusedMax = 16;

}  // namespace

Reactor::Bell::Bell() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Reactor::Bell::~Bell() {
  if (fd_ >= 0) ::close(fd_);
}

void Reactor::Bell::Ring() {
  const std::uint64_t one = 1;
  // A full counter means that it rings already.
  [[maybe_unused]] const ssize_t written = ::write(fd_, &one, sizeof one);
}

void Reactor::Bell::Silence() {
  std::uint64_t rings = 0;
  [[maybe_unused]] const ssize_t count = ::read(fd_, &rings, sizeof rings);
}

Reactor::Reactor(const ExchangeContext& context, std::vector<Door> doors)
    : context_(context),
      doors_(std::move(doors)),
      pool_("http", 1, static_cast<int>(context.options.max_threads) + 1,
            static_cast<int>(kWorkerIdle.count() / 1000), kStackBytes),
      keeper_(*this, &Reactor::KeepDoors),
      worker_(*this, &Reactor::Work) {}

Reactor::~Reactor() = default;

Status Reactor::Start() {
  if (bell_.fd() < 0) return Error{Errc::kRetryLater, "cannot make an eventfd"};
  try {
    {
      MutexLock lock(mutex_);
      keeper_gone_ = false;
    }
    pool_.start(keeper_);
  } catch (const Poco::Exception& error) {
    MutexLock lock(mutex_);
    keeper_gone_ = true;
    return Error{Errc::kRetryLater, "cannot start a thread: " + error.displayText()};
  }
  return {};
}

// The thread that keeps the doors.

void Reactor::KeepDoors() {
  while (!context_.stopping.load()) Poll();
  CloseDoors();
}

int Reactor::PollTimeoutMs() const {
  if (kept_.empty()) return -1;
  const auto first = std::min_element(kept_.begin(), kept_.end(), [](const auto& a, const auto& b) {
    return a->deadline < b->deadline;
  });
  return static_cast<int>((*first)->deadline.Left().count());
}

void Reactor::Poll() {
  TakeReturned();
  std::vector<pollfd> entries;
  entries.reserve(1 + doors_.size() + kept_.size());
  entries.push_back({bell_.fd(), POLLIN, 0});
  for (const Door& door : doors_) entries.push_back({door.socket.impl()->sockfd(), POLLIN, 0});
  for (const auto& connection : kept_) entries.push_back({connection->channel.fd(), POLLIN, 0});
  if (::poll(entries.data(), entries.size(), PollTimeoutMs()) < 0) return;

  if (entries[0].revents != 0) bell_.Silence();
  const std::size_t first = 1 + doors_.size();
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    Advance(kept_[i], entries[first + i].revents != 0);
  }
  std::erase(kept_, nullptr);
  for (std::size_t i = 0; i < doors_.size(); ++i) {
    if (entries[1 + i].revents != 0) Accept(doors_[i]);
  }
}

void Reactor::Advance(ConnectionPtr& connection, bool readable) {
  if (connection->phase == Connection::Phase::kDraining) {
    const bool ended = readable && !connection->channel.Discard();
    if (ended || connection->deadline.Passed()) {
      Forget(*connection);
      connection = nullptr;
    }
  } else if (readable) {
    Dispatch(std::move(connection));
  } else if (connection->deadline.Passed()) {
    Forget(*connection);
    connection = nullptr;
  }
}

void Reactor::Accept(Door& door) {
  ConnectionPtr connection;
  try {
    Poco::Net::StreamSocket socket = door.socket.acceptConnection();
    if (door.peer == Peer::kTcp) socket.setNoDelay(true);
    connection =
        std::make_unique<Connection>(socket, door.peer, Deadline::In(context_.options.keep_alive));
  } catch (const Poco::Exception& error) {
    // The client has gone again, or descriptors have run out; the doors stay open.
    context_.log.Debug("http.accept_failed", {{"what", error.displayText()}});
    return;
  }
  if (open_.fetch_add(1) < context_.options.max_connections) {
    kept_.push_back(std::move(connection));
    return;
  }
  context_.refused.fetch_add(1);
  if (open_.load() > context_.options.max_connections + kRefusedMax) {
    Forget(*connection);
    return;
  }
  // The socket's own buffer takes this answer; nobody is waited for.
  WriteFinal(connection->channel, TooManyConnections(), Deadline::In(Millis(0)));
  connection->channel.ShutdownWrite();
  connection->phase = Connection::Phase::kDraining;
  connection->deadline = Deadline::In(kDrainTime);
  kept_.push_back(std::move(connection));
}

void Reactor::TakeReturned() {
  MutexLock lock(mutex_);
  for (auto& connection : returned_) kept_.push_back(std::move(connection));
  returned_.clear();
}

void Reactor::CloseDoors() {
  doors_.clear();
  TakeReturned();
  for (const auto& connection : kept_) Forget(*connection);
  kept_.clear();
  MutexLock lock(mutex_);
  keeper_gone_ = true;
  changed_.NotifyAll();
}

// The workers.

void Reactor::Dispatch(ConnectionPtr connection) {
  bool more_hands = false;
  {
    MutexLock lock(mutex_);
    ready_.push_back(std::move(connection));
    more_hands = ready_.size() > idle_ && workers_ < context_.options.max_threads;
    if (more_hands) ++workers_;
  }
  if (more_hands) StartWorker();
  changed_.NotifyOne();
}

void Reactor::StartWorker() {
  try {
    pool_.start(worker_);
  } catch (const Poco::Exception& error) {
    // Those that are there go on; with none the next connection tries again.
    context_.log.Warn("http.no_thread", {{"what", error.displayText()}});
    MutexLock lock(mutex_);
    --workers_;
  }
}

void Reactor::Work() {
  while (auto connection = NextReady()) ServeWhileReady(std::move(connection));
}

Reactor::ConnectionPtr Reactor::NextReady() {
  MutexLock lock(mutex_);
  ++idle_;
  bool timed_out = false;
  while (ready_.empty() && !closed_ && !timed_out) {
    timed_out = !changed_.WaitFor(mutex_, kWorkerIdle);
  }
  --idle_;
  if (ready_.empty()) {
    --workers_;
    changed_.NotifyAll();
    return nullptr;
  }
  auto connection = std::move(ready_.front());
  ready_.pop_front();
  busy_.insert(connection.get());
  return connection;
}

bool Reactor::SomebodyWaits() {
  MutexLock lock(mutex_);
  return ready_.size() > idle_;
}

void Reactor::ServeWhileReady(ConnectionPtr connection) {
  Channel& channel = connection->channel;
  After after = After::kKeep;
  while (after == After::kKeep) {
    const auto head_length = HeadLength(channel.buffered());
    const std::size_t head_bytes = head_length.value_or(channel.buffered().size());
    if (!channel.buffered().empty() && connection->phase == Connection::Phase::kIdle) {
      connection->phase = Connection::Phase::kHead;
      connection->deadline = Deadline::In(context_.options.request_timeout);
    }
    if (head_bytes > context_.options.head_max) {
      after = RefuseLongHead(context_, *connection);
    } else if (head_length) {
      after = ServeRequest(context_, *connection, *head_length);
      connection->phase = Connection::Phase::kIdle;
      connection->deadline = Deadline::In(context_.options.keep_alive);
    } else {
      if (connection->deadline.Passed()) after = After::kClose;
      const auto filled = channel.Fill(Deadline::In(SomebodyWaits() ? Millis(0) : kLinger));
      if (filled == Channel::Io::kTimeout) break;
      if (filled == Channel::Io::kClosed) after = After::kClose;
    }
  }
  GiveBack(std::move(connection), after);
}

void Reactor::GiveBack(ConnectionPtr connection, After after) {
  if (after == After::kDrain) {
    connection->channel.ShutdownWrite();
    connection->phase = Connection::Phase::kDraining;
    connection->deadline = Deadline::In(kDrainTime);
  }
  // When the doors are closed nobody keeps connections any more.
  bool kept = false;
  {
    MutexLock lock(mutex_);
    busy_.erase(connection.get());
    kept = after != After::kClose && !context_.stopping.load();
    if (!kept) Forget(*connection);
    if (kept) returned_.push_back(std::move(connection));
  }
  if (kept) bell_.Ring();
}

void Reactor::Forget(Connection& connection) {
  connection.channel.Abort();
  open_.fetch_sub(1);
}

// Stopping.

void Reactor::Stop(Millis bound) {
  bell_.Ring();
  const Deadline deadline = Deadline::In(bound);
  {
    MutexLock lock(mutex_);
    // First the one that starts workers: joinAll() below holds the pool's lock while it waits.
    while (!keeper_gone_) changed_.Wait(mutex_);
    closed_ = true;
    changed_.NotifyAll();
    while (workers_ > 0 && !deadline.Passed()) changed_.WaitFor(mutex_, deadline.Left());
    for (Connection* connection : busy_) connection->channel.Abort();
    for (const auto& connection : ready_) connection->channel.Abort();
  }
  pool_.joinAll();
  TakeReturned();
  for (const auto& connection : kept_) Forget(*connection);
  kept_.clear();
}

}  // namespace trayline::http
