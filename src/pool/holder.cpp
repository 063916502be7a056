#include "pool/holder.hpp"

namespace sociable::pool {

std::string to_string(const SourceLocation& location) {
    return std::string(location.file_name()) + ':' + std::to_string(location.line()) + " (" +
           location.function_name() + ')';
}

}  // namespace sociable::pool
