#include "monitord/net/neighbour_table.h"

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

constexpr char kNames[] = "entries  allocs   table_fulls\n";

TEST_CASE("a neighbour that was refused is told once, on whichever processor and of either family",
          "[neighbour_table]") {
  const TempDir folder;
  WriteInPlace(folder / "arp_cache", std::string(kNames) + "00000401 00001817 000003d0\n00000401 00000d9a 00000000\n");
  WriteInPlace(folder / "ndisc_cache", std::string(kNames) + "00000002 00000003 00000000\n");
  NeighbourTable table(folder.path());
  CHECK_FALSE(table.HasOverflowed());
  WriteInPlace(folder / "arp_cache", std::string(kNames) + "00000401 00001817 000003d0\n00000401 00000d9a 0000000a\n");
  CHECK(table.HasOverflowed());
  CHECK_FALSE(table.HasOverflowed());
  WriteInPlace(folder / "ndisc_cache", std::string(kNames) + "00000002 00000003 00000001\n");
  CHECK(table.HasOverflowed());
}

TEST_CASE("entries that come and go are no refusals", "[neighbour_table]") {
  const TempDir folder;
  WriteInPlace(folder / "arp_cache", std::string(kNames) + "00000001 00000001 00000001\n");
  NeighbourTable table(folder.path());
  WriteInPlace(folder / "arp_cache", std::string(kNames) + "00000fff 00000fff 00000001\n");
  CHECK_FALSE(table.HasOverflowed());
}

TEST_CASE("where the kernel shows no statistics, or others, nothing is full", "[neighbour_table]") {
  const TempDir folder;
  NeighbourTable table(folder.path());
  CHECK_FALSE(table.HasOverflowed());
  WriteInPlace(folder / "arp_cache", "");
  CHECK_FALSE(table.HasOverflowed());
  WriteInPlace(folder / "arp_cache", "entries  allocs\n00000401 00001817\n");
  CHECK_FALSE(table.HasOverflowed());
}

}  // namespace
}  // namespace linewatch
