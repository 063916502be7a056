#include "dialect/sql_text.hpp"

#include "dialect/choices.hpp"

#include <sociable/errors/error.hpp>

#include <algorithm>

namespace sociable::dialect {

namespace {

constexpr auto npos = std::string_view::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// What names are made of. Every byte beyond ASCII counts, as it does in all three databases.
bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || !is_ascii(c);
}

/// A character that ends a value, so that a colon right after it is part of a slice, a time, a label, but no parameter.
bool ends_operand(char c) {
    return is_name_char(c) || c == '$' || c == '\'' || c == '"' || c == '`' || c == ')' || c == ']' || c == ':';
}

class Parser {
public:
    Parser(std::string_view sql, const SqlRules& rules) : sql_(sql), rules_(rules) {}

    SqlText parse() {
        if (const auto nul = sql_.find('\0'); nul != npos) {
            fail(nul, "a NUL character, where databases would stop reading");
        }
        while (at_ < sql_.size()) step();
        // PostgreSQL would do nothing and call it a success.
        if (!says_something_) throw ArgumentError("the SQL text has no statement in it");
        replace(sql_.size(), sql_.size(), "");
        return std::move(text_);
    }

private:
    void step() {
        const char c = peek();
        if (is_space(c) || c == ';') return ordinary();
        if (c == '-' && peek(1) == '-') return dashes();
        if (c == '#' && rules_.hash_comments) return line_comment();
        if (c == '/' && peek(1) == '*') return block_comment();
        says_something_ = true;
        if (is_name_char(c)) return word();
        if (c == '\'' || c == '"') return quoted(c, rules_.backslash_escapes);
        if (c == '`' && rules_.backticks) return quoted(c, false);
        if (c == '[' && rules_.brackets) return bracketed();
        if (c == '$') return dollar();
        if (c == '?') return question_mark();
        if (c == ':') return colon();
        if (c == '\\' && peek(1) == ':') return escaped_colon();
        ordinary();
    }

    /// The character `ahead` of the current one, or NUL, which the SQL hasn't got.
    char peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

    [[noreturn]] static void fail(std::size_t offset, const std::string& what) {
        throw ArgumentError("SQL at offset " + std::to_string(offset) + ": " + what);
    }

    /// The end of the run of name characters that begins at `begin`.
    std::size_t name_end(std::size_t begin) const {
        const auto end = std::find_if_not(sql_.begin() + static_cast<std::ptrdiff_t>(begin), sql_.end(), is_name_char);
        return static_cast<std::size_t>(end - sql_.begin());
    }

    /// Names, keywords and numbers. They are taken whole, since a `$` inside begins no dollar quote, and an E at the
    /// end of a longer one no escape string.
    void word() {
        const auto begin = at_;
        while (is_name_char(peek()) || peek() == '$') ++at_;
        const bool is_e = at_ - begin == 1 && (sql_[begin] == 'E' || sql_[begin] == 'e');
        if (rules_.dollar_quotes && is_e && peek() == '\'') escape_string();
    }

    void quoted(char quote, bool backslash) {
        const auto begin = at_++;
        while (at_ < sql_.size()) {
            const char c = sql_[at_++];
            if (c == '\\' && backslash) {
                ++at_;
            } else if (c == quote) {
                if (peek() != quote) return;
                ++at_;
            }
        }
        fail(begin, std::string("unterminated quote ") + quote);
    }

    /// E'...', which goes on in the same manner after a line break: E'a' followed by 'b' on the next line.
    void escape_string() {
        auto next = at_;
        do {
            at_ = next;
            quoted('\'', true);
            next = at_;
            while (next < sql_.size() && is_space(sql_[next])) ++next;
        } while (next < sql_.size() && sql_[next] == '\'' &&
                 sql_.substr(at_, next - at_).find_first_of("\n\r") != npos);
    }

    void bracketed() {
        const auto end = sql_.find(']', at_);
        if (end == npos) fail(at_, "unterminated quote [");
        at_ = end + 1;
    }

    void dashes() {
        const char next = peek(2);
        if (!rules_.hash_comments || static_cast<unsigned char>(next) <= ' ' || next == '\x7f') return line_comment();
        ++at_;
    }

    void line_comment() { at_ = std::min(sql_.size(), sql_.find_first_of(rules_.dollar_quotes ? "\n\r" : "\n", at_)); }

    void block_comment() {
        const auto begin = at_;
        at_ += 2;
        // MariaDB runs what stands in /*! */ and /*M! */, so quotes and parameters in there are as good as anywhere.
        if (rules_.hash_comments && (peek() == '!' || (peek() == 'M' && peek(1) == '!'))) return;
        for (int depth = 1; depth > 0;) {
            if (at_ >= sql_.size()) fail(begin, "unterminated comment /*");
            if (peek() == '*' && peek(1) == '/') {
                --depth;
                at_ += 2;
            } else if (rules_.nested_comments && peek() == '/' && peek(1) == '*') {
                ++depth;
                at_ += 2;
            } else {
                ++at_;
            }
        }
    }

    void dollar() {
        if (rules_.placeholder == SqlRules::Placeholder::numbered && is_digit(peek(1))) refuse_placeholder();
        const auto tag_end = name_end(at_ + 1);
        if (!rules_.dollar_quotes || tag_end == sql_.size() || sql_[tag_end] != '$') return ordinary();
        const auto tag = sql_.substr(at_, tag_end + 1 - at_);
        const auto end = sql_.find(tag, tag_end + 1);
        if (end == npos) fail(at_, "unterminated quote " + std::string(tag));
        at_ = end + tag.size();
    }

    void question_mark() {
        if (rules_.placeholder == SqlRules::Placeholder::question_mark) refuse_placeholder();
        ++at_;
    }

    void escaped_colon() {
        if (is_own_parameter(at_ + 1)) refuse_placeholder();
        replace(at_, at_ + 2, ":");
    }

    void colon() {
        const auto end = name_end(at_ + 1);
        const auto name = sql_.substr(at_ + 1, end - at_ - 1);
        if (name.empty() || is_digit(name.front()) || (at_ > 0 && ends_operand(sql_[at_ - 1]))) return ordinary();
        if (!std::all_of(name.begin(), name.end(), is_ascii))
            fail(at_, "the name of parameter :" + std::string(name) + " must be ASCII letters, digits and underscores");
        replace(at_, end, placeholder(std::string(name)));
    }

    /// A character that stays as it is.
    void ordinary() {
        if (is_own_parameter(at_)) refuse_placeholder();
        ++at_;
    }

    /// As SQLite reads :x, @x, $x and #x, where x may have `::` in front and a `$` in it.
    bool is_own_parameter(std::size_t begin) const {
        if (!rules_.own_named_parameters || std::string_view(":@$#").find(sql_[begin]) == npos) return false;
        auto name = begin + 1;
        while (sql_.substr(name, 2) == "::") name += 2;
        return name < sql_.size() && (is_name_char(sql_[name]) || sql_[name] == '$');
    }

    std::string placeholder(std::string name) {
        auto& names = text_.parameters;
        if (rules_.placeholder == SqlRules::Placeholder::question_mark) {
            names.push_back(std::move(name));
            return "?";
        }
        const auto known = std::find(names.begin(), names.end(), name);
        const auto number = known - names.begin() + 1;
        if (known == names.end()) names.push_back(std::move(name));
        return '$' + std::to_string(number);
    }

    [[noreturn]] void refuse_placeholder() const {
        const auto found = std::string(sql_.substr(at_, name_end(at_ + 1) - at_));
        fail(at_, found +
                      " would be a placeholder of the database's own; parameters are written :name, and not directly "
                      "after a word or a quote");
    }

    void replace(std::size_t begin, std::size_t end, std::string_view by) {
        text_.sql.append(sql_.substr(copied_, begin - copied_)).append(by);
        copied_ = at_ = end;
    }

    std::string_view sql_;
    const SqlRules& rules_;
    std::size_t at_ = 0;
    std::size_t copied_ = 0;  ///< what stands before has gone into text_
    bool says_something_ = false;
    SqlText text_;
};

}  // namespace

SqlText parse_sql(std::string_view sql, const SqlRules& rules) { return Parser(sql, rules).parse(); }

std::string first_word(std::string_view sql) {
    for (;;) {
        sql.remove_prefix(std::min(sql.find_first_not_of(" \t\r\n\f\v("), sql.size()));
        const bool line = sql.starts_with("--") || sql.starts_with('#');
        if (!line && !sql.starts_with("/*")) break;
        const std::size_t end = sql.find(line ? "\n" : "*/");
        if (end == std::string_view::npos) return {};
        sql.remove_prefix(end + (line ? 1 : 2));
    }
    return lower_case(sql.substr(0, sql.find_first_of(" \t\r\n\f\v;/-#()'\"`*")));
}

}  // namespace sociable::dialect
