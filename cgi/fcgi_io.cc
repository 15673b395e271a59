#include "cgi/fcgi_io.h"

#include <fcgiapp.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>
#include <vector>

namespace linewatch::cgi {
namespace {

constexpr timeval kPatience{5, 0};     // a web server sends a request whole, and takes an answer as it comes
constexpr unsigned kCgiPatience = 30;  // seconds; a CGI program keeps nobody else waiting

Request RequestOf(char** variables) {
  std::vector<std::string_view> views;
  for (; *variables != nullptr; ++variables) views.emplace_back(*variables);
  return Request(views);
}

// `read(at, size)` fills the whole of the size if it can and answers how much it was.
template <class Read>
void ReadBody(Request& request, const BodyLimit& limit, Read read) {
  const auto length_text = request.Variable("CONTENT_LENGTH");
  size_t length = 0;
  const char* end = length_text.data() + length_text.size();
  const auto parsed = std::from_chars(length_text.data(), end, length);
  request.body_cut_short = !length_text.empty() && (parsed.ec == std::errc::invalid_argument || parsed.ptr != end);
  request.body_too_large = parsed.ec == std::errc::result_out_of_range || length > limit(request);
  if (request.body_cut_short || request.body_too_large) return;
  request.body.resize(length);
  request.body_cut_short = read(request.body.data(), length) != length;
}

template <class Write>
void WriteResponse(const Request& request, const Response& response, Write write) {
  write(HeaderText(response));
  if (request.Variable("REQUEST_METHOD") != "HEAD") write(response.body_text());
}

void EndAfterLaterPatience() { alarm(static_cast<unsigned>(Response::kLaterPatience.count())); }

// Of a process that only waits: it ends with the one that has made it, and with the signals that end that one.
void PrepareToWait() {
  EndAfterLaterPatience();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  sigset_t open;
  sigemptyset(&open);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) {
    std::signal(signal, SIG_DFL);
    sigaddset(&open, signal);
  }
  sigprocmask(SIG_UNBLOCK, &open, nullptr);
}

}  // namespace

bool is_plain_cgi() { return FCGX_IsCGI() != 0; }

bool ServeCgi(const Handler& handler, const BodyLimit& limit) {
  Request request = RequestOf(environ);
  if (request.method().empty()) return false;
  alarm(kCgiPatience);
  ReadBody(request, limit, [](char* at, size_t size) {
    size_t filled = 0;
    while (filled < size) {
      const ssize_t n = read(STDIN_FILENO, at + filled, size - filled);
      if (n <= 0) break;
      filled += static_cast<size_t>(n);
    }
    return filled;
  });
  Response response = handler(request);
  if (response.later) {
    EndAfterLaterPatience();
    response = response.later(request);
  }
  WriteResponse(request, response, [](std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = write(STDOUT_FILENO, text.data(), text.size());
      if (n <= 0) return;  // whoever asked is gone
      text.remove_prefix(static_cast<size_t>(n));
    }
  });
  return true;
}

struct FcgiListener::Connection {
  FCGX_Request fcgi;
  std::vector<pid_t> waiting;  // the processes that answer later, some of which may have ended

  bool has_room_to_wait() {
    constexpr size_t kMost = 10;
    std::erase_if(waiting, [](pid_t process) { return kill(process, 0) != 0; });
    return waiting.size() < kMost;
  }
};

FcgiListener::FcgiListener() : connection_(std::make_unique<Connection>()) {
  if (const int error = FCGX_Init(); error != 0)
    throw std::system_error(error, std::generic_category(), "start libfcgi");
  // Several processes may wait at one socket: all are woken, one gets the connection, the others must not block.
  const int flags = fcntl(kDescriptor, F_GETFL);
  if (flags < 0 || fcntl(kDescriptor, F_SETFL, flags | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "prepare the listening socket");
  FCGX_InitRequest(&connection_->fcgi, -1, 0);
}

FcgiListener::~FcgiListener() { FCGX_Finish_r(&connection_->fcgi); }

void FcgiListener::ServeOne(const Handler& handler, const BodyLimit& limit) {
  // libfcgi would wait for a connection, and on it, without end and without leaving for a signal. So the connection is
  // made here and given to it as one kept from a request before; with no socket to listen on it never makes its own.
  FCGX_Request& fcgi = connection_->fcgi;
  fcgi.ipcFd = accept4(kDescriptor, nullptr, nullptr, SOCK_CLOEXEC);
  if (fcgi.ipcFd < 0) {
    const bool nobody = errno == EAGAIN || errno == ECONNABORTED;
    if (!nobody) std::this_thread::sleep_for(std::chrono::milliseconds(100));  // no memory, say: not again at once
    return;
  }
  setsockopt(fcgi.ipcFd, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  setsockopt(fcgi.ipcFd, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  fcgi.keepConnection = 1;
  if (FCGX_Accept_r(&fcgi) != 0) return;
  fcgi.keepConnection = 0;

  Request request = RequestOf(fcgi.envp);
  ReadBody(request, limit, [&](char* at, size_t size) {
    return static_cast<size_t>(FCGX_GetStr(at, static_cast<int>(size), fcgi.in));
  });
  Response response = handler(request);
  const bool is_later = response.later != nullptr;
  const pid_t waiting = is_later && connection_->has_room_to_wait() ? fork() : -1;
  if (waiting > 0) {
    // The other process has the connection now: closed here and not shut down, which would end it there as well.
    connection_->waiting.push_back(waiting);
    close(fcgi.ipcFd);
    fcgi.ipcFd = -1;
    FCGX_Free(&fcgi, 0);
    return;
  }
  if (waiting == 0) PrepareToWait();
  if (is_later && waiting < 0) response = PassingProblem(503, "Too many answers that take their time are being made.");
  if (waiting == 0) response = response.later(request);
  WriteResponse(request, response,
                [&](std::string_view text) { FCGX_PutStr(text.data(), static_cast<int>(text.size()), fcgi.out); });
  FCGX_Finish_r(&fcgi);
  if (waiting == 0) _exit(0);
}

}  // namespace linewatch::cgi
