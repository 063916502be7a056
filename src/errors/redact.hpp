#pragma once

#include <sociable/types/value_view.hpp>

#include <span>
#include <string>
#include <string_view>

namespace sociable::errors {

/// Databases quote the value at fault in their messages ("Duplicate entry 'ada@example.org' for key ..."). Replaces by
/// `***` each text of three and more characters that is one of the bound values, what stands in quotes and comes from
/// one of them, and what databases quote of the row at fault (it may be cut, padded or escaped). Quoted names of
/// columns and keys are left alone unless a value equals them. Never throws: a message that can't be redacted becomes
/// `***`.
std::string redact_values(std::string message, std::span<const ValueView> values) noexcept;

/// Replaces each occurrence of `secret` by `***`. An empty secret is none. Never throws, as above.
std::string redact_secret(std::string message, std::string_view secret) noexcept;

}  // namespace sociable::errors
