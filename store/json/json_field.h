// One value out of a JSON text that somebody else wrote: a website's answer, the payload of a message.
#ifndef LINEWATCH_STORE_JSON_JSON_FIELD_H_
#define LINEWATCH_STORE_JSON_JSON_FIELD_H_

#include <string>
#include <string_view>

namespace linewatch {

// Whether `path` says where a value stands: "a.b[0].c" or "[0].name", or a pointer of RFC 6901, "/a/b/0/c", which begins
// with a slash and reaches names with dots and brackets in them ("/a.b", and "~1" for a slash, "~0" for a tilde).
bool is_json_field(std::string_view path);

struct JsonField {
  enum class State { kFound, kAbsent, kNoJson };
  State state = State::kAbsent;
  // Of what was found: a string without its quotes, a number with the digits that it was written with, true, false or
  // null; an object or a list as it stands in the text.
  std::string text;
};

// `path` must be one (is_json_field). Where an object names a member twice, the last one counts, as in browsers. A byte
// order mark before the text and NaN as a number are passed over, as is what is not UTF-8 within a string. Takes memory
// for what it finds alone, and for a few bytes a level of nesting.
JsonField ReadJsonField(std::string_view json, std::string_view path);

}  // namespace linewatch

#endif
