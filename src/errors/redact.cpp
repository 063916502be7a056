#include "errors/redact.hpp"

#include "types/time_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <vector>

namespace sociable::errors {

namespace {

constexpr std::string_view mask = "***";

// A bound text shorter than this would turn up in words by chance.
constexpr std::size_t telling_size = 3;
// A quoted text shorter than this would be part of a bound text by chance.
constexpr std::size_t telling_part = 4;
// Of a bound text longer than this, which the database may have cut, its beginning tells enough.
constexpr std::size_t telling_head = 32;

/// What is known to stand between two marks of a message is data of a row, whether bound or stored before, also when it
/// was cut, or changed to be printed. Of those that open alike, the first that fits counts.
struct DataSpan {
    std::string_view open;
    std::string_view close;
};
constexpr std::array data_spans{
    DataSpan{"Duplicate entry '", "' for key "},  // MariaDB
    DataSpan{" value: '", "' for column `"},      // MariaDB
    DataSpan{" value: '", "' for column '"},      // MySQL
    DataSpan{" value: '", "'"},
    DataSpan{" the value of '", "'"},
    DataSpan{"time zone: '", "'"},
    DataSpan{")=(", ")"},                     // PostgreSQL: Key (id)=(7) already exists.
    DataSpan{"Failing row contains (", ")"},  // PostgreSQL
};

// A quoted text after one of these is a name.
constexpr std::array<std::string_view, 12> name_words{"key",   "constraint", "column",   "relation", "table", "index",
                                                      "field", "database",   "function", "role",     "view",  "type"};

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool is_quote(char c) { return c == '\'' || c == '"' || c == '`'; }

std::string print(double v) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v).ptr;
    return std::string(buffer.data(), end);
}

std::string print(const ValueView& v) {
    using Kind = ValueView::Kind;
    switch (v.kind()) {
        case Kind::int32:
        case Kind::int64: return std::to_string(v.as_int64());
        case Kind::uint64: return std::to_string(v.as_uint64());
        case Kind::float64: return print(v.as_float64());
        case Kind::date:
            if (v.as_int64() < types::first_day || v.as_int64() > types::last_day) return {};
            return types::format_date(v.as_int64());
        case Kind::timestamp:
        case Kind::local_timestamp: {
            const auto day = std::chrono::floor<std::chrono::days>(std::chrono::microseconds(v.as_int64())).count();
            if (day < types::first_day || day > types::last_day) return {};
            return types::format_timestamp(v.as_int64());
        }
        case Kind::null:
        case Kind::boolean:
        case Kind::text:
        case Kind::blob: break;
    }
    return {};
}

/// The bound values as texts, the longest first, so that none is taken apart by a shorter one that it contains.
class BoundTexts {
public:
    explicit BoundTexts(std::span<const ValueView> values) {
        for (const ValueView& v : values) {
            const bool has_text = v.kind() == ValueView::Kind::text || v.kind() == ValueView::Kind::blob;
            texts_.push_back(has_text ? v.as_text() : std::string_view(printed_.emplace_back(print(v))));
        }
        std::erase_if(texts_, [](std::string_view text) { return text.empty(); });
        std::ranges::sort(texts_, std::ranges::greater{}, &std::string_view::size);
    }

    auto begin() const { return texts_.begin(); }
    auto end() const { return texts_.end(); }

private:
    std::deque<std::string> printed_;
    std::vector<std::string_view> texts_;
};

/// Whether the quote at `open` begins a name: `key 'users.name_id'`, or the second part of `users`.`name`.
bool begins_name(std::string_view message, std::size_t open) {
    std::string_view before = message.substr(0, open);
    if (before.ends_with('.') && before.size() > 1 && is_quote(before[before.size() - 2])) return true;
    if (!before.ends_with(' ')) return false;
    before.remove_suffix(1);
    return std::ranges::any_of(name_words, [&](std::string_view word) {
        if (!before.ends_with(word)) return false;
        return before.size() == word.size() || !is_word(before[before.size() - word.size() - 1]);
    });
}

/// Whether the `size` characters at `at` are part, and not the whole, of a quoted name.
bool is_inside_name(std::string_view message, std::size_t at, std::size_t size) {
    const auto is_name_part = [](char c) { return is_word(c) || c == '.' || c == '$'; };
    std::size_t first = at;
    std::size_t last = at + size;
    if (!std::ranges::all_of(message.substr(at, size), is_name_part)) return false;
    while (first > 0 && is_name_part(message[first - 1])) --first;
    while (last < message.size() && is_name_part(message[last])) ++last;
    if (first == 0 || last == message.size() || last - first == size) return false;
    return is_quote(message[first - 1]) && message[last] == message[first - 1] && begins_name(message, first - 1);
}

void mask_everywhere(std::string& message, std::string_view text) {
    const std::string_view head = text.substr(0, telling_head);
    for (std::size_t at = message.find(head); at != message.npos; at = message.find(head, at)) {
        const auto found = std::string_view(message).substr(at);
        const std::size_t size = static_cast<std::size_t>(std::ranges::mismatch(found, text).in1 - found.begin());
        if (is_inside_name(message, at, size)) {
            at += size;
        } else {
            message.replace(at, size, mask);
            at += mask.size();
        }
    }
}

void mask_data(std::string& message) {
    std::string_view masked;
    for (const DataSpan& span : data_spans) {
        const std::size_t open = message.find(span.open);
        if (open == message.npos || span.open == masked) continue;
        const std::size_t first = open + span.open.size();
        const std::size_t last = message.rfind(span.close);
        if (last == message.npos || last < first) continue;
        message.replace(first, last - first, mask);
        masked = span.open;
    }
}

bool has_as_word(std::string_view content, std::string_view text) {
    for (std::size_t at = content.find(text); at != content.npos; at = content.find(text, at + 1)) {
        const std::size_t end = at + text.size();
        if ((at == 0 || !is_word(content[at - 1])) && (end == content.size() || !is_word(content[end]))) return true;
    }
    return false;
}

bool comes_from(std::string_view content, const BoundTexts& texts) {
    return content.find(mask) != content.npos || std::ranges::any_of(texts, [&](std::string_view text) {
               return has_as_word(content, text) || (content.size() >= telling_part && text.find(content) != text.npos);
           });
}

/// The quote that ends what begins at `open`: one that no letter follows, so that the one in O'Brien is passed over.
std::size_t closing_quote(std::string_view message, std::size_t open) {
    std::size_t close = message.find(message[open], open + 1);
    while (close != message.npos && close + 1 < message.size() && is_word(message[close + 1]))
        close = message.find(message[open], close + 1);
    return close;
}

void mask_quoted(std::string& message, const BoundTexts& texts) {
    for (std::size_t open = 0; open < message.size(); ++open) {
        if (!is_quote(message[open]) || (open > 0 && is_word(message[open - 1]))) continue;
        const std::size_t close = closing_quote(message, open);
        if (close == message.npos) continue;
        const std::string_view content = std::string_view(message).substr(open + 1, close - open - 1);
        const bool hide =
            begins_name(message, open) ? std::ranges::find(texts, content) != texts.end() : comes_from(content, texts);
        std::size_t size = content.size();
        if (hide) {
            message.replace(open + 1, size, mask);
            size = mask.size();
        }
        open += size + 1;
    }
}

/// What is left of a message that can't be redacted, for want of memory.
std::string withheld() noexcept { return std::string(mask); }

}  // namespace

std::string redact_values(std::string message, std::span<const ValueView> values) noexcept {
    if (values.empty()) return message;
    try {
        const BoundTexts texts(values);
        mask_data(message);
        for (const std::string_view text : texts)
            if (text.size() >= telling_size) mask_everywhere(message, text);
        mask_quoted(message, texts);
        return message;
    } catch (...) {
        return withheld();
    }
}

std::string redact_secret(std::string message, std::string_view secret) noexcept {
    if (secret.empty()) return message;
    try {
        for (std::size_t at = message.find(secret); at != message.npos; at = message.find(secret, at + mask.size()))
            message.replace(at, secret.size(), mask);
        return message;
    } catch (...) {
        return withheld();
    }
}

}  // namespace sociable::errors
