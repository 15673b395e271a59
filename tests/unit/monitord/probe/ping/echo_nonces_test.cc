#include "monitord/probe/ping/echo_nonces.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("a nonce is what SipHash-2-4 makes of its request", "[echo_nonces]") {
  // The reference implementation's ninth vector: key 00 to 0f, input 00 to 07.
  CHECK(EchoNonces({0x0706050403020100, 0x0f0e0d0c0b0a0908}).Hash(0x0706050403020100) == 0x93f5f5799a932462);
}

TEST_CASE("each request has a nonce of its own, and each process others", "[echo_nonces]") {
  const EchoNonces nonces({1, 2}), others({1, 3});
  const uint64_t nonce = nonces.Of(7, 8, 1);
  CHECK(nonce == nonces.Of(7, 8, 1));
  CHECK(nonce != nonces.Of(8, 8, 1));
  CHECK(nonce != nonces.Of(7, 9, 1));
  CHECK(nonce != nonces.Of(7, 8, 2));
  CHECK(nonce != others.Of(7, 8, 1));
  CHECK(EchoNonces::RandomKey() != EchoNonces::RandomKey());
}

}  // namespace
}  // namespace linewatch
