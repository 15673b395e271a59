#include "store/push_token.h"

#include <openssl/evp.h>

#include <array>
#include <new>

#include "store/text/ascii.h"
#include "store/text/random_name.h"

namespace linewatch {

std::string NewPushToken() { return RandomName(kPushTokenLength); }

bool is_push_token(std::string_view text) {
  return text.size() == kPushTokenLength && is_random_name(text, kPushTokenLength);
}

std::string HashOf(std::string_view token) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
  return Hexadecimal({digest.data(), size});
}

}  // namespace linewatch
