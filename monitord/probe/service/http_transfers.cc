#include "monitord/probe/service/http_transfers.h"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <new>
#include <system_error>
#include <utility>

namespace linewatch {

using std::chrono::steady_clock;

HttpTransfers::HttpTransfers() : epoll_(epoll_create1(EPOLL_CLOEXEC)), multi_((InitCurlOnce(), curl_multi_init())) {
  if (multi_ == nullptr) throw std::bad_alloc();
  if (!epoll_.is_open()) ThrowErrno("epoll_create1");
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, Watch);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, SetTimer);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
}

void HttpTransfers::Add(CURL* easy) {
  if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK)
    throw std::system_error(ENOMEM, std::generic_category(), "curl_multi_add_handle");
}

int HttpTransfers::Watch(CURL* easy, curl_socket_t fd, int what, void* self, void* known) {
  auto& own = *static_cast<HttpTransfers*>(self);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(own.epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    return 0;
  }
  epoll_event event{};
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  event.data.fd = fd;
  if (epoll_ctl(own.epoll_.get(), known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) != 0) return -1;
  curl_multi_assign(own.multi_.get(), fd, &own);
  Request* request = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &request);
  request->NoteWatched();
  return 0;
}

int HttpTransfers::SetTimer(CURLM* /*multi*/, long milliseconds, void* self) {
  static_cast<HttpTransfers*>(self)->timer_at_ =
      milliseconds < 0 ? SteadyTime::max() : steady_clock::now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

void HttpTransfers::Act(curl_socket_t fd, int what, const std::function<void(Place)>& go_on) {
  int running = 0;
  curl_multi_socket_action(multi_.get(), fd, what, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Request* request = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
    request->NoteEnd(message->data.result);
    ready_.push_back(request->place());
  }
  for (const Place place : std::exchange(ready_, {})) go_on(place);
}

void HttpTransfers::Work(const std::function<void(Place)>& go_on) {
  constexpr int kMostEvents = 256;
  std::array<epoll_event, kMostEvents> events;
  const int count = epoll_wait(epoll_.get(), events.data(), kMostEvents, 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    int what = 0;
    if ((event.events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) what |= CURL_CSELECT_ERR;
    Act(event.data.fd, what, go_on);
  }
  if (timer_at_ <= steady_clock::now()) {
    timer_at_ = SteadyTime::max();
    Act(CURL_SOCKET_TIMEOUT, 0, go_on);
  }
}

}  // namespace linewatch
