// One socket for the echo requests of one address family: an unprivileged ping socket where the kernel allows it, else
// a raw one. Sends and receives in batches.
#ifndef LINEWATCH_MONITORD_PROBE_PING_ICMP_SOCKET_H_
#define LINEWATCH_MONITORD_PROBE_PING_ICMP_SOCKET_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "monitord/net/address.h"
#include "monitord/probe/ping/icmp_packet.h"
#include "monitord/system/moment.h"
#include "monitord/system/steady_time.h"

namespace linewatch {

class IcmpSocket {
 public:
  // Never blocks. Throws std::system_error when neither kind of socket may be opened; the message says what to allow.
  explicit IcmpSocket(bool six);
  ~IcmpSocket();
  IcmpSocket(const IcmpSocket&) = delete;
  IcmpSocket& operator=(const IcmpSocket&) = delete;

  int fd() const { return fd_; }

  // How many replies find room in the receive buffer.
  size_t room() const;
  // Whether replies were dropped since the last call, because the receive buffer was full.
  bool HasDropped();

  // Requests by one call. The time of the call is the send time of all: with eight that is true within microseconds, and
  // the calls cost hardly more than with 64.
  static constexpr size_t kBatch = 8;
  struct Outgoing {
    Address to;
    uint16_t sequence;
    EchoToken token;
  };
  enum class SendStop {
    kNone,  // everything is sent
    kFull,  // this socket's send buffer is full
    // The request after those sent is not taken now: its interface is busy, the table of neighbours is full, or errors
    // of earlier requests stand before it.
    kBusy,
    kRefused  // the request after those sent cannot be sent, `error` says why
  };
  struct Sent {
    size_t count;
    SendStop stop;
    int error;
    ClockReading began;  // of the call; the requests left after that,
    SteadyTime ended;    // and before this
  };
  // At most kBatch.
  Sent Send(std::span<const Outgoing> requests);

  struct Reply {
    Address from;
    uint16_t sequence;
    EchoToken token;
    int64_t received_wall_ns;  // by the kernel
    ClockReading read;         // by this process
  };
  struct Complaint {
    Address about;  // where the request was sent to
    uint16_t sequence;
    uint8_t type, code;  // of the ICMP error
  };
  // Hands over all that has come until the call, and perhaps some that comes meanwhile: replies to this process's
  // requests, and ICMP errors that say that one was not delivered.
  void Receive(const std::function<void(const Reply&)>& take_reply,
               const std::function<void(const Complaint&)>& take_complaint);

 private:
  struct Buffers;
  void TakePacket(size_t k, const ClockReading& now, const std::function<void(const Reply&)>& take);
  size_t ReceiveComplaints(const std::function<void(const Complaint&)>& take);
  bool is_send_buffer_full() const;
  void DropForeignReplies() const;

  const bool six_;
  bool raw_ = false;
  uint16_t id_ = 0;
  int fd_ = -1;
  uint32_t dropped_ = 0;  // by the kernel, at the last HasDropped
  size_t most_read_ = 0;  // packets by one Receive since then
  bool has_complaints_ = false;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace linewatch

#endif
