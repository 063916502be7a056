#pragma once

#include <sociable/errors/database_error.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace sociable::test {

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// The exception of class E that `f` throws. Another one, or none, fails the test.
template <class E, class F>
E thrown(F&& f) {
    try {
        std::forward<F>(f)();
    } catch (const E& e) {
        return e;
    } catch (const std::exception& e) {
        FAIL("another exception was thrown: " << e.what());
    }
    FAIL("no exception was thrown");
    throw;  // never reached
}

/// Its text.
template <class E, class F>
std::string text_of(F&& f) {
    return thrown<E>(std::forward<F>(f)).what();
}

}  // namespace sociable::test
