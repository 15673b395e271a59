// Names that nobody has used before and nobody can guess.
#ifndef LINEWATCH_STORE_TEXT_RANDOM_NAME_H_
#define LINEWATCH_STORE_TEXT_RANDOM_NAME_H_

#include <string>

namespace linewatch {

// Of a-z0-9: a little more than five bits a character.
std::string RandomName(size_t length);

// Whether it could be one: not empty, and of these characters alone.
bool is_random_name(const std::string& text);

}  // namespace linewatch

#endif
