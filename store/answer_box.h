// What monitord answers to a request whose asker waits for it: one small file in the live folder for each, written by
// monitord, taken away by the API.
#ifndef LINEWATCH_STORE_ANSWER_BOX_H_
#define LINEWATCH_STORE_ANSWER_BOX_H_

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace linewatch {

// Of a test message.
struct Answer {
  bool ok = false;
  std::string text;  // the server's own words, or what went wrong
};

class AnswerBox {
 public:
  // `folder` is made by the first Put.
  explicit AnswerBox(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // `id` is chosen by the asker: 1 to 32 of a-z0-9, for it becomes the name of a file.
  static bool is_id(const std::string& id);

  // Throws std::system_error.
  void Put(const std::string& id, const Answer& answer) const;

  // Nothing while there is none; afterwards it is gone. Throws std::system_error.
  std::optional<Answer> Take(const std::string& id) const;

  // Removes answers that nobody has taken for kKept. Throws std::system_error.
  void Sweep() const;

  static constexpr std::chrono::minutes kKept{5};

 private:
  std::filesystem::path folder_;
};

}  // namespace linewatch

#endif
