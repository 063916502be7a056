// Whatever stands in the environment, it is read, or refused with an ArgumentError.
#include <sociable/engine/environment.hpp>
#include <sociable/errors/error.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    // Each variable in turn, and all of them.
    for (int chosen = -1; chosen < 64; ++chosen) {
        int asked = 0;
        try {
            const auto settings =
                sociable::read_environment("X", [&](const std::string& name) -> std::optional<std::string> {
                    if (asked++ == chosen || chosen < 0) return text;
                    if (name == "X_URL") return "sqlite://";
                    return std::nullopt;
                });
            static_cast<void>(sociable::create_engine(settings.url, settings.options));
        } catch (const sociable::ArgumentError&) {
        } catch (const sociable::DatabaseError&) {
            // Asked to connect at once.
        }
    }
    return 0;
}
