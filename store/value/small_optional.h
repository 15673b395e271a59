// Optionals that take less room than std::optional does: a host has a dozen of them, and there are ten thousand hosts.
#ifndef LINEWATCH_STORE_VALUE_SMALL_OPTIONAL_H_
#define LINEWATCH_STORE_VALUE_SMALL_OPTIONAL_H_

#include <concepts>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace linewatch {

// NOLINTBEGIN(google-explicit-constructor): a value is an optional without saying so, as std::optional has it.

// Of a number or a duration, in the room of the number: one value, which none has, stands for "not set".
template <class T>
class PackedOptional {
 public:
  PackedOptional() = default;
  PackedOptional(std::nullopt_t) {}
  template <std::convertible_to<T> U>
  PackedOptional(U value) : value_(static_cast<T>(value)) {}
  PackedOptional(const std::optional<T>& value) : value_(value.value_or(Unset())) {}
  operator std::optional<T>() const { return has_value() ? std::optional<T>(value_) : std::nullopt; }

  bool has_value() const {
    if constexpr (std::floating_point<T>) return value_ == value_;
    return value_ != Unset();
  }
  explicit operator bool() const { return has_value(); }
  T operator*() const { return value_; }
  const T* operator->() const { return &value_; }
  T value_or(T other) const { return has_value() ? value_ : other; }
  void reset() { value_ = Unset(); }

  friend bool operator==(const PackedOptional& a, const PackedOptional& b) {
    return a.has_value() == b.has_value() && (!a || *a == *b);
  }

 private:
  static constexpr T Unset() {
    if constexpr (std::floating_point<T>) {
      return std::numeric_limits<T>::quiet_NaN();
    } else if constexpr (std::integral<T>) {
      return std::numeric_limits<T>::min();
    } else {
      return T::min();
    }
  }

  T value_ = Unset();
};

// Of something large that is hardly ever there: the room of a pointer while it is not.
template <class T>
class BoxedOptional {
 public:
  BoxedOptional() = default;
  BoxedOptional(std::nullopt_t) {}
  BoxedOptional(T value) : box_(std::make_unique<T>(std::move(value))) {}
  BoxedOptional(const BoxedOptional& other) : box_(other ? std::make_unique<T>(*other) : nullptr) {}
  BoxedOptional(BoxedOptional&& other) noexcept = default;
  BoxedOptional& operator=(BoxedOptional other) noexcept {
    box_ = std::move(other.box_);
    return *this;
  }
  ~BoxedOptional() = default;

  bool has_value() const { return box_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  const T& operator*() const { return *box_; }
  T& operator*() { return *box_; }
  const T* operator->() const { return box_.get(); }
  T* operator->() { return box_.get(); }
  void reset() { box_.reset(); }

  friend bool operator==(const BoxedOptional& a, const BoxedOptional& b) {
    return a.has_value() == b.has_value() && (!a || *a == *b);
  }

 private:
  std::unique_ptr<T> box_;
};

// NOLINTEND(google-explicit-constructor)

}  // namespace linewatch

#endif
