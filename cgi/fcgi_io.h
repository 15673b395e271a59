// Where requests come from and responses go: FastCGI on descriptor 0, or the environment of a plain CGI program.
#ifndef LINEWATCH_CGI_FCGI_IO_H_
#define LINEWATCH_CGI_FCGI_IO_H_

#include <functional>
#include <memory>

#include "cgi/http.h"

namespace linewatch::cgi {

using Handler = std::function<Response(const Request& request)>;
// How many bytes of body a request may have, by its head: what is longer is not read.
using BodyLimit = std::function<size_t(const Request& request)>;

// Whether descriptor 0 is no listening socket.
bool is_plain_cgi();

// Answers the one request that the environment and the standard input describe. False if they describe none.
bool ServeCgi(const Handler& handler, const BodyLimit& limit);

class FcgiListener {
 public:
  FcgiListener();
  ~FcgiListener();

  // Readable when somebody wants to be served.
  static constexpr int kDescriptor = 0;

  // Answers the request of whoever has connected. It may turn out that nobody has, or another process was faster: this
  // waits for no connection, and for a connected web server that falls silent no longer than kPatience at a time.
  void ServeOne(const Handler& handler, const BodyLimit& limit);

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace linewatch::cgi

#endif
