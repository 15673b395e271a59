// The format of requests.jsonl: one object a line,
//   {"t":UNIX SECONDS,"type":"check","host":ID}
//   {"t":UNIX SECONDS,"type":"test","channel":"smtp","answer":ID}
//   {"t":UNIX SECONDS,"type":"push","host":ID,"down":BOOL,"begin":BOOL,"msg":TEXT,"ms":NUMBER OR NULL}
// A member that a type does not have may be there all the same, and is ignored.
#include "store/request_queue.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "store/file/append_file.h"
#include "store/file/atomic_file.h"
#include "store/file/descriptor.h"
#include "store/file/file_lock.h"
#include "store/json/json_members.h"

namespace linewatch {
namespace {

constexpr std::array<std::string_view, 3> kKindNames = {"check", "test", "push"};

}  // namespace

void WriteJson(JsonWriter& out, Request::Kind kind) { out.String(kKindNames[static_cast<size_t>(kind)]); }
bool ReadJson(const rapidjson::Value& json, Request::Kind& kind) { return ReadName(json, kKindNames, kind); }
template <MaybeConst<Request> R>
void VisitMembers(R& request, auto&& visit) {
  visit("t", request.t);
  visit("type", request.kind);
  visit("host", request.host);
  visit("channel", request.channel);
  visit("answer", request.answer);
  if (request.kind != Request::Kind::kHeartbeat) return;
  visit("down", request.is_down);
  visit("begin", request.is_begin);
  visit("msg", request.msg);
  visit("ms", request.ms);
}

RequestQueue::RequestQueue(std::filesystem::path path, std::chrono::milliseconds patience)
    : path_(std::move(path)), patience_(patience) {}

bool RequestQueue::Append(const Request& request) const {
  if (!IdentityOf(path_.parent_path()).exists()) return false;
  const auto waiting = IdentityOf(path_);
  if (waiting.exists() && static_cast<size_t>(waiting.size) >= kMaxBytes) return false;
  AppendLines(path_, JsonTextOf(request) + '\n', patience_);
  return true;
}

RequestQueue::Taken RequestQueue::AppendHeartbeat(const Request& request) const {
  if (!IdentityOf(path_.parent_path()).exists()) return Taken::kNobodyDrains;
  const auto waiting = Waiting();
  if (!waiting.empty() && request.t - waiting.front().t > kHeartbeatPatience) return Taken::kNobodyDrains;
  size_t pushes = 0;
  const Request* last = nullptr;
  for (const Request& other : waiting) {
    if (other.kind != Request::Kind::kHeartbeat || other.host != request.host) continue;
    ++pushes;
    last = &other;
  }
  if (last != nullptr && last->is_down == request.is_down && last->is_begin == request.is_begin &&
      last->msg == request.msg)
    return Taken::kYes;
  if (pushes >= kMostHeartbeats) return Taken::kTooMany;
  if (static_cast<size_t>(std::max<off_t>(IdentityOf(path_).size, 0)) >= kMaxHeartbeatBytes) return Taken::kTooMany;
  return Append(request) ? Taken::kYes : Taken::kNobodyDrains;
}

std::vector<Request> RequestQueue::Waiting() const {
  std::vector<Request> requests;
  ReadLines(path_, [&](std::string_view line) {
    rapidjson::Document parsed;
    Request request;
    if (!ParseJson(line, parsed) && ReadJson(parsed, request)) requests.push_back(std::move(request));
    return true;
  });
  return requests;
}

WallTime RequestQueue::Oldest() const {
  const auto waiting = Waiting();
  return waiting.empty() ? kNever : waiting.front().t;
}

std::vector<Request> RequestQueue::Drain() const {
  if (const auto waiting = IdentityOf(path_); !waiting.exists() || waiting.size == 0) return {};
  const FileLock lock(path_, patience_);
  auto requests = Waiting();
  if (truncate(path_.c_str(), 0) != 0) ThrowErrno("truncate", path_);
  return requests;
}

}  // namespace linewatch
