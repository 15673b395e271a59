// The kinds of check. Each has one line here; what it is stands in store/check/NAME.cc, and monitord/probe/probers.h
// says who makes it.
#ifndef LINEWATCH_STORE_CHECK_KIND_H_
#define LINEWATCH_STORE_CHECK_KIND_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace linewatch {

// The name in the code and the name in files and the API. Ping is the first, and the kind of a host that names none.
#define LINEWATCH_CHECK_KINDS(KIND) \
  KIND(Ping, ping)                  \
  KIND(Http, http)                  \
  KIND(Tls, tls)                    \
  KIND(Tcp, tcp)                    \
  KIND(Dns, dns)                    \
  KIND(Mqtt, mqtt)                  \
  KIND(Push, push)

enum class CheckKind : uint8_t {
#define LINEWATCH_KIND(Name, name) k##Name,
  LINEWATCH_CHECK_KINDS(LINEWATCH_KIND)
#undef LINEWATCH_KIND
};

inline constexpr std::array kCheckKindNames = {
#define LINEWATCH_KIND(Name, name) std::string_view(#name),
    LINEWATCH_CHECK_KINDS(LINEWATCH_KIND)
#undef LINEWATCH_KIND
};

inline std::string_view NameOf(CheckKind kind) { return kCheckKindNames[static_cast<size_t>(kind)]; }

// Whether there is an address without which the check cannot be made.
bool needs_address(CheckKind kind);

}  // namespace linewatch

#endif
