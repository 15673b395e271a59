// What an echo request carries so that nobody can answer it who has not seen it. Pure.
#ifndef LINEWATCH_MONITORD_PROBE_PING_ECHO_NONCES_H_
#define LINEWATCH_MONITORD_PROBE_PING_ECHO_NONCES_H_

#include <array>
#include <cstdint>

namespace linewatch {

// A number for each request: SipHash-2-4 (Aumasson and Bernstein, 2012) of what the request is, under a key. Whoever was
// sent any number of them learns nothing about that of another request. Nothing is kept for it, and it takes a tenth of
// what the system call for a packet does.
class EchoNonces {
 public:
  using Key = std::array<uint64_t, 2>;
  explicit EchoNonces(const Key& key) : key_(key) {}
  static Key RandomKey();

  uint64_t Of(uint32_t serial, uint16_t sequence, uint8_t attempt) const {
    return Hash(uint64_t{serial} << 32 | uint64_t{sequence} << 16 | attempt);
  }
  // Of the eight bytes of `word`, the lowest first.
  uint64_t Hash(uint64_t word) const;

 private:
  const Key key_;
};

}  // namespace linewatch

#endif
