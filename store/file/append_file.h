// Appending whole lines to a file that several processes append to.
#ifndef LINEWATCH_STORE_FILE_APPEND_FILE_H_
#define LINEWATCH_STORE_FILE_APPEND_FILE_H_

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string_view>

#include "store/file/file_lock.h"

namespace linewatch {

// The appends that will follow, for those who know them: fewer blocks of the disk are written then, and a memory card
// lives longer. The file gets room for all of them at once, so that most of them change no list of free blocks; its
// length stays that of what is written. And where the next append would straddle two blocks, though it
// fits into one, this one fills up its own block with spaces before its last line end.
struct Expected {
  size_t length = 0;  // bytes of each
  size_t times = 0;
};

// One write of `lines`, which ends with a line end, on the disk when this returns. The file is made if missing; a torn
// last line, left by a power cut, is closed first so that it spoils nothing but itself. Throws std::system_error, and
// takes back what it had written of `lines` then.
void AppendLines(const std::filesystem::path& path, std::string_view lines,
                 std::chrono::milliseconds patience = kLockPatience, Expected expected = {});

// Each whole line of the file without its end, in order, with a bounded amount of memory; a file that is missing has
// none. Lines above 16 MiB and a last line without an end are skipped. `take` answers whether it wants more.
void ReadLines(const std::filesystem::path& path, const std::function<bool(std::string_view)>& take);

}  // namespace linewatch

#endif
