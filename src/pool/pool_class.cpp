#include "dialect/choices.hpp"

#include <sociable/errors/error.hpp>
#include <sociable/pool/pool_class.hpp>

#include <array>

namespace sociable {

namespace {

// Both in the order of their enumeration.
constexpr std::array<std::string_view, 5> class_names{"QueuePool", "NullPool", "StaticPool", "SingletonThreadPool",
                                                      "AssertionPool"};
constexpr std::array<std::string_view, 3> reset_names{"rollback", "commit", "none"};

template <std::size_t N>
std::size_t index_of(std::string_view text, const std::array<std::string_view, N>& names, const char* what) {
    for (std::size_t i = 0; i < N; ++i)
        if (dialect::lower_case(text) == dialect::lower_case(names[i])) return i;
    throw ArgumentError(std::string("unknown ") + what + ' ' + dialect::not_among(text, names));
}

}  // namespace

std::string_view to_string(PoolClass pool_class) noexcept { return class_names[static_cast<std::size_t>(pool_class)]; }

PoolClass parse_pool_class(std::string_view text) {
    return static_cast<PoolClass>(index_of(text, class_names, "pool class"));
}

ResetOnReturn parse_reset_on_return(std::string_view text) {
    return static_cast<ResetOnReturn>(index_of(text, reset_names, "reset on return"));
}

}  // namespace sociable
