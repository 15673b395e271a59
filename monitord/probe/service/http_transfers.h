// What libcurl has under way: its sockets and its timer, waited for by one descriptor, without a thread.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_HTTP_TRANSFERS_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_HTTP_TRANSFERS_H_

#include <functional>
#include <vector>

#include "monitord/net/curl_handles.h"
#include "monitord/probe/service/service_prober.h"
#include "monitord/system/steady_time.h"
#include "store/file/descriptor.h"

namespace linewatch {

class HttpTransfers {
 public:
  using Place = ServiceProber::Place;

  // A request: CURLOPT_PRIVATE of its handle is a pointer to it, as this type.
  class Request {
   public:
    virtual ~Request() = default;
    virtual Place place() const = 0;
    // Its connection was not refused at once.
    virtual void NoteWatched() = 0;
    virtual void NoteEnd(CURLcode code) = 0;
  };

  HttpTransfers();
  HttpTransfers(const HttpTransfers&) = delete;
  HttpTransfers& operator=(const HttpTransfers&) = delete;

  int fd() const { return epoll_.get(); }
  SteadyTime timer_at() const { return timer_at_; }

  // Throws std::system_error when this machine has no room for it.
  void Add(CURL* easy);
  void Remove(CURL* easy) { curl_multi_remove_handle(multi_.get(), easy); }
  // Its conversation may get further: Work calls `go_on` with its place.
  void NoteReady(Place place) { ready_.push_back(place); }

  // Lets libcurl work on all that is ready or due.
  void Work(const std::function<void(Place)>& go_on);

 private:
  static int Watch(CURL* easy, curl_socket_t fd, int what, void* self, void* known);
  static int SetTimer(CURLM* multi, long milliseconds, void* self);
  // Lets libcurl work on one descriptor, or on its timers.
  void Act(curl_socket_t fd, int what, const std::function<void(Place)>& go_on);

  const Descriptor epoll_;
  const CurlMulti multi_;
  SteadyTime timer_at_ = SteadyTime::max();
  std::vector<Place> ready_;
};

}  // namespace linewatch

#endif
