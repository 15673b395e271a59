#include "monitord/system/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace linewatch {
namespace {

// sd-daemon(3): systemd names the device and inode of the stream that goes to the journal, so that a program whose
// stderr was redirected elsewhere does not write prefixes there.
bool is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  unsigned long long device = 0, inode = 0;
  return stream != nullptr && std::sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
         fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device && status.st_ino == inode;
}

void Log(const char* level, std::string_view message) {
  static const bool to_journal = is_journal();
  std::string line = to_journal ? level : "monitord: ";
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
  line += '\n';
  // Nothing can be done about a log that cannot be written.
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace

void LogError(std::string_view message) { Log("<3>", message); }
void LogWarning(std::string_view message) { Log("<4>", message); }
void LogInfo(std::string_view message) { Log("<6>", message); }

}  // namespace linewatch
