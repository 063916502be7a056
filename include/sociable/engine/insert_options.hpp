#pragma once

#include <string>
#include <vector>

namespace sociable {

/// How insert_many inserts.
struct InsertOptions {
    /// The columns that are given values, of those that the rows have; empty: all of them. What is left out becomes the
    /// column's default, such as a generated key.
    std::vector<std::string> columns{};
};

}  // namespace sociable
