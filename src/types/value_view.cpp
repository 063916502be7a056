#include <sociable/types/value_view.hpp>

namespace sociable {

std::string_view to_string(ValueView::Kind kind) noexcept {
    using Kind = ValueView::Kind;
    switch (kind) {
        case Kind::null: return "null";
        case Kind::boolean: return "boolean";
        case Kind::int32:
        case Kind::int64:
        case Kind::uint64: return "integer";
        case Kind::float64: return "floating point number";
        case Kind::text: return "text";
        case Kind::blob: return "blob";
        case Kind::date: return "date";
        case Kind::timestamp: return "timestamp";
        case Kind::local_timestamp: return "local timestamp";
    }
    return "value";
}

}  // namespace sociable
