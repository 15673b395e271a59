#include "cgi/effective_config.h"

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch::cgi {
namespace {

const std::string kOperator = R"({"access": {"anonymous": "operator"}})",
                  kAdmin = R"({"access": {"anonymous": "admin"}})";

TEST_CASE("a changed file counts at once", "[effective_config]") {
  const TempDir folder;
  ReplaceFile(folder / "config.json", kAdmin, kConfigMode);
  EffectiveConfig config(folder / "config.json");
  CHECK(config.settings().access.anonymous == Role::kAdmin);
  ReplaceFile(folder / "config.json", kOperator, kConfigMode);
  CHECK(config.settings().access.anonymous == Role::kOperator);
  CHECK(config.errors().empty());
}

TEST_CASE("while the file is broken the generation before counts", "[effective_config]") {
  const TempDir folder;
  ReplaceFile(folder / "config.json", kOperator, kConfigMode);
  ReplaceFile(folder / "config.json", kAdmin, kConfigMode, Previous::kKeep);
  EffectiveConfig config(folder / "config.json");
  CHECK(config.settings().access.anonymous == Role::kAdmin);
  WriteInPlace(folder / "config.json", R"({"acess": {}, "retries": -1})");
  CHECK(config.settings().access.anonymous == Role::kOperator);
  CHECK(config.errors().size() == 2);
  WriteInPlace(folder / "config.json", kAdmin);
  CHECK(config.settings().access.anonymous == Role::kAdmin);
  CHECK(config.errors().empty());
}

TEST_CASE("without any file that counts nobody may change anything", "[effective_config]") {
  const TempDir folder;
  EffectiveConfig config(folder / "config.json");
  CHECK(config.settings().access.anonymous == Role::kViewer);
  CHECK(config.errors().size() == 1);
  WriteInPlace(folder / "config.json", "{");
  WriteInPlace(folder / "config.json.prev", "}");
  CHECK(config.settings().access.anonymous == Role::kViewer);
  WriteInPlace(folder / "config.json.prev", kOperator);
  CHECK(config.settings().access.anonymous == Role::kOperator);
}

}  // namespace
}  // namespace linewatch::cgi
