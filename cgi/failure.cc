#include "cgi/failure.h"

#include <cerrno>
#include <chrono>
#include <system_error>

#include "store/file/file_lock.h"
#include "store/secrets.h"

namespace linewatch::cgi {

Response ProblemOf(const std::exception& error) {
  if (dynamic_cast<const LockTimeout*>(&error) != nullptr)
    return PassingProblem(503, "The hosts are being changed by somebody else for too long; nothing was changed.",
                          std::chrono::seconds(1));
  if (dynamic_cast<const BrokenSecrets*>(&error) != nullptr) return Problem(409, error.what());
  const auto* system = dynamic_cast<const std::system_error*>(&error);
  switch (system != nullptr ? system->code().value() : 0) {
    case ENOSPC:
      return Problem(507, "The disk is full; nothing was changed.");
    case EDQUOT:
      return Problem(507, "The disk quota is used up; nothing was changed.");
    case EROFS:
      return Problem(503, "The disk is read-only; nothing was changed.");
    case EACCES:
    case EPERM:
      return Problem(503, "The data folder cannot be read or written for want of permission; nothing was changed.");
    case ENOENT:
      return Problem(503, "The data folder is missing; nothing was changed.");
    case EIO:
      return Problem(503, "The disk fails: input/output error.");
    default:
      return Problem(500, "The request could not be carried out; the server's log says why.");
  }
}

}  // namespace linewatch::cgi
