// Channel: one connected socket, read and written against deadlines, with what has been read and
// not yet used. Internal to agent/http. One thread at a time; Abort alone may come from another.
// Owns the socket.
#ifndef TRAYLINE_AGENT_HTTP_CHANNEL_H_
#define TRAYLINE_AGENT_HTTP_CHANNEL_H_

#include <Poco/Net/StreamSocket.h>

#include <string>
#include <string_view>

#include "agent/http/deadline.h"

namespace trayline::http {

class Channel {
 public:
  enum class Io {
    kOk,
    kTimeout,
    kClosed,  // ended in order or broken; nothing more will come
  };

  // socket is a handle; this keeps a share of it.
  explicit Channel(const Poco::Net::StreamSocket& socket);

  // Waits until at least one more byte is in the buffer.
  Io Fill(Deadline deadline);
  // What has been read and not used.
  [[nodiscard]] std::string_view buffered() const;
  // Forgets the first count bytes of buffered().
  void Consume(std::size_t count);

  // All bytes or none that count. more: another Write follows at once (the kernel may wait for it).
  Io Write(std::string_view bytes, Deadline deadline, bool more = false);

  // Waits for something to read (or the end of it).
  Io WaitReadable(Deadline deadline);
  // True when the peer has closed its side and has sent nothing more. Does not block.
  [[nodiscard]] bool PeerClosed() const;
  // Reads and drops what is there without blocking. False at the end.
  bool Discard();

  void ShutdownWrite();
  // Ends every read and write that is under way. Any thread.
  void Abort();

  [[nodiscard]] int fd() const { return fd_; }

 private:
  Poco::Net::StreamSocket socket_;
  int fd_;
  std::string buffer_;
  std::size_t used_ = 0;  // bytes of buffer_ that are consumed
};

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_CHANNEL_H_
