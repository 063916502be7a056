#pragma once

#include <string_view>

namespace sociable::monitor {

/// Whether a Host header, with or without a port, names this machine's loopback interface: localhost, 127.0.0.0/8 or
/// [::1].
bool names_loopback(std::string_view host);

}  // namespace sociable::monitor
