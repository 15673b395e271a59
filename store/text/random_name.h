// Names that nobody has used before and nobody can guess.
#ifndef LINEWATCH_STORE_TEXT_RANDOM_NAME_H_
#define LINEWATCH_STORE_TEXT_RANDOM_NAME_H_

#include <string>
#include <string_view>

namespace linewatch {

// Of a-z0-9: a little more than five bits a character.
std::string RandomName(size_t length);

// Whether it could be one of 1 to `most` characters.
bool is_random_name(std::string_view text, size_t most);

}  // namespace linewatch

#endif
