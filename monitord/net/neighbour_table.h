// Whether the kernel's tables of neighbours are full: a segment with more hosts than gc_thresh3 cannot be watched.
#ifndef LINEWATCH_MONITORD_NET_NEIGHBOUR_TABLE_H_
#define LINEWATCH_MONITORD_NET_NEIGHBOUR_TABLE_H_

#include <cstdint>
#include <filesystem>

namespace linewatch {

class NeighbourTable {
 public:
  // `statistics` is a folder with arp_cache and ndisc_cache in it. The kernel shows them outside of containers only.
  explicit NeighbourTable(std::filesystem::path statistics = "/proc/net/stat");

  // Whether a neighbour was refused for want of room since the last call, or since the construction.
  bool HasOverflowed();

 private:
  uint64_t Refusals() const;

  const std::filesystem::path statistics_;
  uint64_t seen_;
};

}  // namespace linewatch

#endif
