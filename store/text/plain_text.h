// Text that others wrote, in UTF-8: counted, cut between two characters, and without what is not to be shown.
#ifndef LINEWATCH_STORE_TEXT_PLAIN_TEXT_H_
#define LINEWATCH_STORE_TEXT_PLAIN_TEXT_H_

#include <string>
#include <string_view>

namespace linewatch {

// The length of the UTF-8 character that `text` begins with; 0 where none does.
size_t Utf8Length(std::string_view text);

// As many whole UTF-8 characters of `text` as fit into `bytes`.
std::string_view Utf8Prefix(std::string_view text, size_t bytes);

// All of `text`, with a question mark for each byte that belongs to no character.
std::string ValidUtf8(std::string_view text);

bool is_utf8(std::string_view text);

// The first `count` characters of `text`, or all if it has no more; `text` is UTF-8.
std::string_view FirstCharacters(std::string_view text, size_t count);

// How many characters `text` has.
size_t CharacterCount(std::string_view text);

// A blank for each control character, line ends among them: one would end the header of a mail, or a line of a list.
std::string WithoutControls(std::string_view text);

// The number of the line, from 1, that the byte at `offset` stands in.
size_t LineAt(std::string_view text, size_t offset);

}  // namespace linewatch

#endif
