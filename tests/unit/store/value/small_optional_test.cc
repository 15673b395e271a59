#include "store/value/small_optional.h"

#include <chrono>
#include <cmath>
#include <string>

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

using std::chrono::milliseconds;

TEST_CASE("a packed optional takes no more room than its value", "[small_optional]") {
  CHECK(sizeof(PackedOptional<float>) == sizeof(float));
  CHECK(sizeof(PackedOptional<double>) == sizeof(double));
  CHECK(sizeof(PackedOptional<int>) == sizeof(int));
  CHECK(sizeof(PackedOptional<milliseconds>) == sizeof(milliseconds));
  CHECK(sizeof(BoxedOptional<std::string>) == sizeof(void*));
}

template <class T>
void CheckLikeOptional(T value, T other) {
  PackedOptional<T> packed;
  CHECK_FALSE(packed.has_value());
  CHECK_FALSE(packed);
  CHECK(packed == std::nullopt);
  CHECK(packed.value_or(other) == other);
  CHECK_FALSE(std::optional<T>(packed));

  packed = value;
  REQUIRE(packed);
  CHECK(*packed == value);
  CHECK(packed == value);
  CHECK_FALSE(packed == other);
  CHECK_FALSE(packed == std::nullopt);
  CHECK(packed.value_or(other) == value);
  CHECK(std::optional<T>(packed) == value);

  packed.reset();
  CHECK_FALSE(packed);
  packed = std::optional<T>(other);
  CHECK(packed == other);
  packed = std::optional<T>();
  CHECK_FALSE(packed);
}

TEST_CASE("a packed optional is an optional", "[small_optional]") {
  CheckLikeOptional<float>(0, -1.5F);
  CheckLikeOptional<double>(0, std::numeric_limits<double>::infinity());
  CheckLikeOptional<int>(0, -1);
  CheckLikeOptional<milliseconds>(milliseconds(0), milliseconds(-1));

  PackedOptional<milliseconds> interval;
  interval = std::chrono::seconds(2);
  CHECK(interval->count() == 2000);
}

TEST_CASE("a boxed optional is copied with what is in it", "[small_optional]") {
  BoxedOptional<std::string> box;
  CHECK_FALSE(box);
  box = std::string("a");
  BoxedOptional<std::string> copy = box;
  *copy += "b";
  CHECK(*box == "a");
  CHECK(*copy == "ab");
  box = copy;
  CHECK(copy->size() == 2);
  const BoxedOptional<std::string> moved = std::move(copy);
  CHECK(*moved == "ab");
  CHECK(*box == "ab");
  box = std::nullopt;
  CHECK_FALSE(box);
  box = moved;
  box.reset();
  CHECK_FALSE(box);
}

}  // namespace
}  // namespace linewatch
