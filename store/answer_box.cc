#include "store/answer_box.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "store/file/atomic_file.h"
#include "store/file/descriptor.h"
#include "store/json/json_members.h"
#include "store/text/random_name.h"
#include "store/value/wall_time.h"

namespace linewatch {

template <MaybeConst<Answer> A>
void VisitMembers(A& answer, auto&& visit) {
  visit("ok", answer.ok);
  visit("answer", answer.text);
}

namespace {

constexpr size_t kMaxBytes = 64 * 1024;

std::filesystem::path PathOf(const std::filesystem::path& folder, const std::string& id) {
  return folder / (id + ".json");
}

}  // namespace

bool AnswerBox::is_id(const std::string& id) { return is_random_name(id, 32); }

void AnswerBox::Put(const std::string& id, const Answer& answer) const {
  std::filesystem::create_directory(folder_);
  ReplaceFile(PathOf(folder_, id), JsonTextOf(answer) + '\n', 0640);
}

std::optional<Answer> AnswerBox::Take(const std::string& id) const {
  const auto path = PathOf(folder_, id);
  if (!IdentityOf(path).exists()) return std::nullopt;
  rapidjson::Document parsed;
  Answer answer;
  if (ParseJson(ReadFile(path, kMaxBytes), parsed) || !ReadJson(parsed, answer)) answer = {false, "no answer"};
  if (unlink(path.c_str()) != 0) ThrowErrno("remove", path);
  return answer;
}

void AnswerBox::Sweep() const {
  std::error_code none;
  const auto now = WallNow().time_since_epoch();
  for (const auto& file : std::filesystem::directory_iterator(folder_, none)) {
    const auto age = now - std::chrono::seconds(IdentityOf(file.path()).modified.tv_sec);
    if (std::chrono::abs(age) > kKept) std::filesystem::remove(file.path(), none);
  }
}

}  // namespace linewatch
