// The log: one line an event on stderr, with journald's level prefix when journald reads it.
#ifndef LINEWATCH_MONITORD_SYSTEM_LOG_H_
#define LINEWATCH_MONITORD_SYSTEM_LOG_H_

#include <string_view>

namespace linewatch {

// Control characters in `message`, line ends among them, are written as blanks: a line is one event.
void LogError(std::string_view message);
void LogWarning(std::string_view message);
void LogInfo(std::string_view message);

}  // namespace linewatch

#endif
