// api.fcgi: answers the dashboard's requests out of the data folder.
#include <malloc.h>
#include <poll.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "cgi/api_description.h"
#include "cgi/config_api.h"
#include "cgi/failure.h"
#include "cgi/fcgi_io.h"
#include "cgi/installation.h"
#include "cgi/router.h"
#include "store/file/atomic_file.h"

namespace linewatch::cgi {
namespace {

volatile std::sig_atomic_t stop_asked = 0;

// The signals that end the program are open only while nothing is under way.
void PrepareSignals(sigset_t& while_waiting) {
  struct sigaction stop {};
  stop.sa_handler = [](int) { stop_asked = 1; };
  sigset_t closed;
  sigemptyset(&closed);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) {  // SIGUSR1 by the FastCGI specification
    sigaction(signal, &stop, nullptr);
    sigaddset(&closed, signal);
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_IGN);  // how a process ended that has answered later is of no interest
  sigprocmask(SIG_BLOCK, &closed, &while_waiting);
}

std::string Setting(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

void Log(std::string_view what, const char* why) {
  std::fprintf(stderr, "api.fcgi: %.*s: %s\n", static_cast<int>(what.size()), what.data(), why);
}

Response AnswerOrApologize(const Handler& answer, const Request& request) {
  try {
    Response response = answer(request);
    if (response.later)
      response.later = [later = std::move(response.later)](const Request& r) { return AnswerOrApologize(later, r); };
    return response;
  } catch (const std::exception& error) {
    Log(std::string(request.method()) + ' ' + std::string(RoutePath(request)), error.what());
    return ProblemOf(error);
  }
}

void ServeUntilStopped(const Handler& handler, const sigset_t& while_waiting) {
  FcgiListener listener;
  while (stop_asked == 0) {
    pollfd waiting{FcgiListener::kDescriptor, POLLIN, 0};
    if (ppoll(&waiting, 1, nullptr, &while_waiting) > 0) listener.ServeOne(handler, BodyLimitOf);
  }
}

// Merges the JSON of the standard input into config.json, in the name of `user`. Whoever can run this has the right to
// write that file, so no role is asked for: it is how the first admin comes to be one.
int PatchSettings(Installation& installation, const char* user) {
  const std::string remote_user = std::string("REMOTE_USER=") + user;
  Request request({remote_user, "REQUEST_METHOD=PATCH", "CONTENT_TYPE=application/json"});
  request.body.assign(std::istreambuf_iterator<char>(std::cin), {});
  const Response response =
      AnswerOrApologize([&](const Request& r) { return PatchConfig(installation, r, {}); }, request);
  if (response.status == 200) return 0;
  Log("config.json stays as it is", std::string(response.body_text()).c_str());
  return 1;
}

// Writes openapi.json, made of the description of the routes in `path`: for make openapi.
int WriteDescription(const char* path) {
  constexpr size_t kMost = 1 << 20;
  const std::string text = DescribeApi(ReadFile(path, kMost));
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : 1;
}

int Main(const std::vector<const char*>& arguments) {
  if (arguments.size() == 2 && std::string_view(arguments[0]) == "--openapi") return WriteDescription(arguments[1]);
  const std::string data = Setting("LINEWATCH_DATA", "");
  if (data.empty()) {
    Log("LINEWATCH_DATA is not set", "expected the data folder");
    return 2;
  }
  Installation installation(LocateFolders(data, Setting("LINEWATCH_LIVE", data)),
                            Setting("LINEWATCH_CONFIG", data + "/config.json"));
  if (arguments.size() == 2 && std::string_view(arguments[0]) == "--patch-config")
    return PatchSettings(installation, arguments[1]);
  if (!arguments.empty()) {
    Log("bad arguments", "expected none, --patch-config USER or --openapi FILE");
    return 2;
  }
  const Handler handler = [&](const Request& request) {
    return AnswerOrApologize([&](const Request& r) { return Answer(installation, r); }, request);
  };

  // An edit of ten thousand hosts takes 36 MB for a moment. Left to itself malloc raises this threshold when it sees
  // the first large block, and keeps them all from then on.
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  sigset_t while_waiting;
  PrepareSignals(while_waiting);
  if (!is_plain_cgi()) {
    ServeUntilStopped(handler, while_waiting);
  } else if (!ServeCgi(handler, BodyLimitOf)) {
    Log("nothing to answer", "expected a FastCGI socket as standard input, or the environment of CGI");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace linewatch::cgi

int main(int argc, char** argv) {
  try {
    return linewatch::cgi::Main({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "api.fcgi: %s\n", error.what());
    return 1;
  }
}
