#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sociable::dialect {

/// How a database's SQL is read, as far as it matters for finding parameters outside quotes and comments. Assumes the
/// databases' defaults: standard_conforming_strings on, no ANSI_QUOTES, no NO_BACKSLASH_ESCAPES.
struct SqlRules {
    enum class Placeholder { question_mark, numbered };  ///< `?` each, or `$1` once per name
    Placeholder placeholder = Placeholder::question_mark;
    bool backslash_escapes = false;     ///< in '...' and "..." (MariaDB)
    bool backticks = false;             ///< `name` (MariaDB, SQLite)
    bool brackets = false;              ///< [name] (SQLite)
    bool dollar_quotes = false;         ///< $tag$...$tag$ and E'...' (PostgreSQL)
    bool hash_comments = false;         ///< # to the end of the line, -- only before a blank, /*! is SQL (MariaDB)
    bool nested_comments = false;       ///< /* /* */ */ (PostgreSQL)
    bool casts = false;                 ///< :: is a cast (PostgreSQL); elsewhere it is left alone as well
    bool own_named_parameters = false;  ///< :x, @x and $x, if left in, would be parameters that nobody binds (SQLite)
};

/// SQL with the database's placeholders in place of `:name`.
struct SqlText {
    std::string sql;
    /// The name of the parameter behind each placeholder, in the placeholders' order.
    std::vector<std::string> parameters;
};

/// Replaces each `:name` (a letter or underscore, then letters, digits, underscores) outside quotes, comments and
/// casts. A colon directly after a word, a quote, `)`, `]` or another colon belongs to what stands before it and begins
/// no parameter: `a[x:y]`, `10:30`, `'a':b`; but `a[1 :n]` and `a[:n]` have the parameter n. `\:` stands for a colon
/// that begins no parameter. Everything else stays as it is.
/// @throws ArgumentError for a placeholder of the database's own (`?`, `$1`, `@x`) outside quotes where it would be
///         mistaken for one of ours, for an unterminated quote or comment, and for a NUL character: the text gives the
///         offset in bytes. Also for SQL that is nothing but blanks, comments and semicolons.
SqlText parse_sql(std::string_view sql, const SqlRules& rules);

/// In small letters; comments and parentheses may stand before it.
std::string first_word(std::string_view sql);

}  // namespace sociable::dialect
