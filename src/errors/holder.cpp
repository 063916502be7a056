#include <sociable/errors/holder.hpp>

namespace sociable {

std::string to_string(const SourceLocation& place) {
    return std::string(place.file_name()) + ':' + std::to_string(place.line()) + " (" + place.function_name() + ')';
}

std::string to_string(const Holder& holder) {
    return to_string(holder.place) + ", thread " + std::to_string(holder.thread) + ", for " +
           std::to_string(holder.age.count()) + " ms";
}

}  // namespace sociable
