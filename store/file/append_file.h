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

// One write of `lines`, which ends with a line end, on the disk when this returns. The file is made if missing; a torn
// last line, left by a power cut, is closed first so that it spoils nothing but itself. Throws std::system_error, and
// takes back what it had written of `lines` then.
//
// What will be appended later is told for the card's sake: room for all of it is taken ahead, if there is so much (the
// file's length stays what is written), so that most appends leave alone the disk's account of what is free; and where
// the next would reach into one block more than it needs, spaces before the last line end fill up the block.
struct Expected {
  size_t length = 0;  // bytes at a time
  size_t times = 0;
};
void AppendLines(const std::filesystem::path& path, std::string_view lines,
                 std::chrono::milliseconds patience = kLockPatience, Expected expected = {});

// Each whole line of the file without its end, in order, with a bounded amount of memory; a file that is missing has
// none. Lines above 16 MiB and a last line without an end are skipped. `take` answers whether it wants more.
void ReadLines(const std::filesystem::path& path, const std::function<bool(std::string_view)>& take);

}  // namespace linewatch

#endif
