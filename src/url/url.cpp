#include <sociable/url/url.hpp>

#include "url/url_parts.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <array>
#include <ostream>

namespace sociable {

namespace {

/// Percent-encodes all but letters, digits, `-._~` and the characters of `plain`.
std::string encode(std::string_view text, const char* plain = "") {
    const auto unreserved = boost::urls::unreserved_chars + boost::urls::grammar::lut_chars(plain);
    return boost::urls::encode({text.data(), text.size()}, unreserved);
}

std::string render_host(const Url::Host& host) {
    std::string text = url::is_ipv6(host.name) ? '[' + encode(host.name, ":") + ']' : encode(host.name);
    if (host.port) text += ':' + std::to_string(*host.port);
    return text;
}

/// Databases take passwords as options too: `?password=`, `?sslpassword=`.
bool is_secret(std::string key) {
    std::transform(key.begin(), key.end(), key.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    static constexpr std::array words{"password", "passwd", "pwd", "secret", "token"};
    return key == "pass" || std::any_of(words.begin(), words.end(),
                                        [&](const char* word) { return key.find(word) != std::string::npos; });
}

}  // namespace

Url::Url(std::string_view text) {
    auto parts = url::parse(text);
    scheme_ = std::move(parts.scheme.name);
    driver_ = std::move(parts.scheme.driver);
    user_ = std::move(parts.user);
    password_ = std::move(parts.password);
    hosts_ = std::move(parts.hosts);
    database_ = std::move(parts.database);
    query_ = std::move(parts.query);
}

std::string Url::host() const { return hosts_.empty() ? std::string{} : hosts_.front().name; }

std::optional<std::uint16_t> Url::port() const { return hosts_.empty() ? std::nullopt : hosts_.front().port; }

std::optional<std::string> Url::query(std::string_view key) const {
    for (const auto& [name, value] : query_)
        if (name == key) return value;
    return std::nullopt;
}

Url Url::with_scheme(std::string scheme) const {
    auto checked = url::parse_scheme(scheme);
    Url copy = *this;
    copy.scheme_ = std::move(checked.name);
    copy.driver_ = std::move(checked.driver);
    return copy;
}

Url Url::with_user(std::optional<std::string> user) const {
    Url copy = *this;
    copy.user_ = url::checked_user(std::move(user));
    return copy;
}

Url Url::with_password(std::optional<std::string> password) const {
    Url copy = *this;
    if (password) password = url::checked_text(std::move(*password), "the password");
    copy.password_ = std::move(password);
    return copy;
}

Url Url::with_host(std::string name, std::optional<std::uint16_t> port) const {
    return with_hosts({Host{std::move(name), port}});
}

Url Url::with_hosts(std::vector<Host> hosts) const {
    Url copy = *this;
    copy.hosts_ = url::checked_hosts(std::move(hosts));
    return copy;
}

Url Url::with_port(std::optional<std::uint16_t> port) const {
    auto hosts = hosts_;
    if (hosts.empty()) hosts.emplace_back();
    hosts.front().port = port;
    return with_hosts(std::move(hosts));
}

Url Url::with_database(std::string database) const {
    Url copy = *this;
    copy.database_ = url::checked_text(std::move(database), "the database");
    return copy;
}

Url Url::with_query(Query query) const {
    Url copy = *this;
    copy.query_ = url::checked_query(std::move(query));
    return copy;
}

Url Url::with_query(std::string_view key, std::string value) const {
    auto query = query_;
    const auto is_key = [&](const auto& pair) { return pair.first == key; };
    const auto first = std::find_if(query.begin(), query.end(), is_key);
    if (first == query.end()) {
        query.emplace_back(key, std::move(value));
    } else {
        first->second = std::move(value);
        query.erase(std::remove_if(first + 1, query.end(), is_key), query.end());
    }
    return with_query(std::move(query));
}

Url Url::without_query(std::string_view key) const {
    Url copy = *this;
    std::erase_if(copy.query_, [&](const auto& pair) { return pair.first == key; });
    return copy;
}

std::string Url::to_string() const { return render(false); }

std::string Url::to_string_with_password() const { return render(true); }

std::string Url::render(bool with_password) const {
    const auto secret = [&](std::string encoded) { return with_password ? encoded : "***"; };

    std::string text = scheme_;
    if (!driver_.empty()) text += '+' + driver_;
    text += "://";
    if (user_) text += encode(*user_);
    if (password_) text += ':' + secret(encode(*password_));
    if (user_ || password_) text += '@';
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        if (i != 0) text += ',';
        text += render_host(hosts_[i]);
    }
    if (!database_.empty()) text += '/' + encode(database_, "/:");
    char separator = '?';
    for (const auto& [key, value] : query_) {
        const auto encoded = encode(value, "/:");
        text += separator + encode(key, "/:") + '=' + (is_secret(key) ? secret(encoded) : encoded);
        separator = '&';
    }
    return text;
}

std::ostream& operator<<(std::ostream& out, const Url& url) { return out << url.to_string(); }

}  // namespace sociable
