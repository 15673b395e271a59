// Appending whole lines to a file that several processes append to.
#ifndef LINEWATCH_STORE_APPEND_FILE_H_
#define LINEWATCH_STORE_APPEND_FILE_H_

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string_view>

#include "store/file_lock.h"

namespace linewatch {

// One write of `lines`, which ends with a line end, on the disk when this returns. The file is made if missing; a torn
// last line, left by a power cut, is closed first so that it spoils nothing but itself. Throws std::system_error, and
// takes back what it had written of `lines` then.
//
// Room for `ahead` bytes more is taken whenever the file needs any, if there is so much: its length stays what is
// written, but most appends leave the disk's own account of what is free alone, which costs as much as a line does.
void AppendLines(const std::filesystem::path& path, std::string_view lines,
                 std::chrono::milliseconds patience = kLockPatience, size_t ahead = 0);

// Each whole line of the file without its end, in order, with a bounded amount of memory; a file that is missing has
// none. Lines above 16 MiB and a last line without an end are skipped. `take` answers whether it wants more.
void ReadLines(const std::filesystem::path& path, const std::function<bool(std::string_view)>& take);

}  // namespace linewatch

#endif
