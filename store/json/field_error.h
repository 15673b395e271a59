// What is wrong with one field of some input.
#ifndef LINEWATCH_STORE_JSON_FIELD_ERROR_H_
#define LINEWATCH_STORE_JSON_FIELD_ERROR_H_

#include <string>

namespace linewatch {

struct FieldError {
  std::string field;    // "timeout", "smtp.port", "maintenance[0].from"; empty: the whole
  std::string message;  // "expected a whole number from 1 to 65535"
  std::string value;    // what stood there, as JSON, cut when long; empty for secrets and where nothing stood
};

}  // namespace linewatch

#endif
