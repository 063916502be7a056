#pragma once

namespace sociable {

/// A place in the program: std::source_location, which Clang 14 hasn't got. As a default argument, current() is the
/// place of the call.
class SourceLocation {
public:
    constexpr SourceLocation() noexcept = default;
    static constexpr SourceLocation current(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE(),
                                            const char* function = __builtin_FUNCTION()) noexcept {
        SourceLocation place;
        place.file_ = file;
        place.line_ = line;
        place.function_ = function;
        return place;
    }

    constexpr const char* file_name() const noexcept { return file_; }
    constexpr unsigned line() const noexcept { return line_; }
    constexpr const char* function_name() const noexcept { return function_; }

private:
    const char* file_ = "";
    unsigned line_ = 0;
    const char* function_ = "";
};

}  // namespace sociable
