#include "health/utf8.hpp"

#include <doctest/doctest.h>

#include <string>

using sociable::health::valid_utf8;

namespace {

/// So many replacement characters.
std::string unknown(int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += "\xef\xbf\xbd";
    return all;
}

}  // namespace

TEST_CASE("what is UTF-8 stays as it is") {
    CHECK(valid_utf8("").empty());
    for (const std::string valid :
         {"plain \t\n\x7f", "na\xc3\xafve", "\xc2\x80\xdf\xbf", "\xe0\xa0\x80\xe6\xb1\x89\xed\x9f\xbf\xee\x80\x80",
          "\xef\xbf\xbf", "\xf0\x90\x80\x80\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf"})
        CHECK(valid_utf8(valid) == valid);
}

TEST_CASE("what is no UTF-8 is replaced byte by byte, and nothing else") {
    CHECK(valid_utf8("a\xbfz") == "a" + unknown(1) + "z");  // continues nothing
    CHECK(valid_utf8("a\xe6\xb1") == "a" + unknown(2));     // cut off
    CHECK(valid_utf8("\xe6\xb1z\xc3") == unknown(2) + "z" + unknown(1));
    CHECK(valid_utf8("\xc0\xaf") == unknown(2));  // longer than needed
    CHECK(valid_utf8("\xc1\xbf") == unknown(2));
    CHECK(valid_utf8("\xe0\x9f\xbf") == unknown(3));
    CHECK(valid_utf8("\xf0\x8f\xbf\xbf") == unknown(4));
    CHECK(valid_utf8("\xed\xa0\x80") == unknown(3));      // half of a surrogate pair
    CHECK(valid_utf8("\xf4\x90\x80\x80") == unknown(4));  // beyond the last character
    CHECK(valid_utf8("\xf5\x80\xff\xfe") == unknown(4));
    CHECK(valid_utf8(std::string("a\0b", 3)) == "a" + unknown(1) + "b");
}
