// What the API asks of monitord: lines of requests.jsonl in the live folder, appended by the one, drained by the other.
#ifndef LINEWATCH_STORE_REQUEST_QUEUE_H_
#define LINEWATCH_STORE_REQUEST_QUEUE_H_

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "store/file/file_lock.h"
#include "store/value/small_optional.h"
#include "store/value/wall_time.h"

namespace linewatch {

struct Request {
  enum class Kind {
    kCheck,      // check `host` now
    kTest,       // send a test message through `channel`, and put what became of it into the AnswerBox as `answer`
    kHeartbeat,  // one of `host` has come
  };
  WallTime t = kNever;
  Kind kind = Kind::kCheck;
  std::string host;  // id
  std::string channel = {}, answer = {};
  bool is_down = false;           // kHeartbeat: what it said of itself,
  bool is_begin = false;          // that a run has begun, of which another one will say how it has ended,
  std::string msg = {};           // in its own words,
  PackedOptional<float> ms = {};  // and how long it took
};

class RequestQueue {
 public:
  // `path` is requests.jsonl. The file is its own flock, so that an append never waits for an edit's fsync.
  explicit RequestQueue(std::filesystem::path path, std::chrono::milliseconds patience = kLockPatience);

  const std::filesystem::path& path() const { return path_; }

  // False when nobody drains: kMaxBytes wait already, or there is no live folder. Throws std::system_error.
  bool Append(const Request& request) const;

  // The same for a heartbeat. There may be thousands of them: they leave room for what people ask for, a host has few
  // of them at a time, and one that says the same as the one before it is that one while it waits. Nobody drains where
  // any request has waited for kHeartbeatPatience.
  enum class Taken { kYes, kTooMany, kNobodyDrains };
  Taken AppendHeartbeat(const Request& request) const;

  // When the first one that waits was made, kNever if none does.
  WallTime Oldest() const;

  // Everything that waits, oldest first; the file is empty afterwards. Lines that do not parse are dropped.
  std::vector<Request> Drain() const;

  static constexpr size_t kMaxBytes = 256 * 1024;
  static constexpr size_t kMaxHeartbeatBytes = kMaxBytes / 2;
  static constexpr size_t kMostHeartbeats = 4;  // of one host
  static constexpr std::chrono::seconds kHeartbeatPatience{10};

 private:
  std::vector<Request> Waiting() const;

  std::filesystem::path path_;
  std::chrono::milliseconds patience_;
};

}  // namespace linewatch

#endif
