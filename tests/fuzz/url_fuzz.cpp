// A URL is refused with an ArgumentError, or it comes back as it was.
#include <sociable/errors/error.hpp>
#include <sociable/url/url.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sociable::Url;
    try {
        const Url url(std::string_view(reinterpret_cast<const char*>(data), size));
        if (Url(url.to_string_with_password()) != url) std::abort();
        if (url.password() && url.password()->size() > 12 &&
            url.to_string().find(url.with_user("").to_string_with_password()) != std::string::npos)
            std::abort();  // printed with its password
        static_cast<void>(Url(url.to_string()));
    } catch (const sociable::ArgumentError&) {
    }
    return 0;
}
