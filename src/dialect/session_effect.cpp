#include "dialect/session_effect.hpp"

#include "dialect/choices.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace sociable::dialect {

namespace {

constexpr std::array<std::string_view, 6> plain{"delete", "insert", "select", "update", "values", "with"};

// Words that may stand before a parenthesis: keywords, types, and functions that change nothing. Sorted.
constexpr auto harmless = std::to_array<std::string_view>({"abs",
                                                           "age",
                                                           "all",
                                                           "and",
                                                           "any",
                                                           "array",
                                                           "array_agg",
                                                           "as",
                                                           "asc",
                                                           "avg",
                                                           "between",
                                                           "bigint",
                                                           "by",
                                                           "case",
                                                           "cast",
                                                           "ceil",
                                                           "ceiling",
                                                           "char",
                                                           "char_length",
                                                           "check",
                                                           "coalesce",
                                                           "concat",
                                                           "concat_ws",
                                                           "conflict",
                                                           "convert",
                                                           "count",
                                                           "cross",
                                                           "cume_dist",
                                                           "current_date",
                                                           "current_timestamp",
                                                           "date",
                                                           "date_add",
                                                           "date_format",
                                                           "date_part",
                                                           "date_sub",
                                                           "date_trunc",
                                                           "datediff",
                                                           "datetime",
                                                           "day",
                                                           "decimal",
                                                           "dense_rank",
                                                           "desc",
                                                           "distinct",
                                                           "else",
                                                           "end",
                                                           "except",
                                                           "exists",
                                                           "exp",
                                                           "extract",
                                                           "filter",
                                                           "first_value",
                                                           "floor",
                                                           "format",
                                                           "from",
                                                           "from_unixtime",
                                                           "gen_random_uuid",
                                                           "generate_series",
                                                           "greatest",
                                                           "group_concat",
                                                           "having",
                                                           "hex",
                                                           "hour",
                                                           "if",
                                                           "ifnull",
                                                           "iif",
                                                           "in",
                                                           "instr",
                                                           "intersect",
                                                           "interval",
                                                           "is",
                                                           "join",
                                                           "json_agg",
                                                           "json_array",
                                                           "json_build_object",
                                                           "json_extract",
                                                           "json_object",
                                                           "jsonb_agg",
                                                           "jsonb_build_object",
                                                           "julianday",
                                                           "key",
                                                           "lag",
                                                           "last_value",
                                                           "lateral",
                                                           "lead",
                                                           "least",
                                                           "left",
                                                           "length",
                                                           "like",
                                                           "limit",
                                                           "ln",
                                                           "log",
                                                           "lower",
                                                           "lpad",
                                                           "ltrim",
                                                           "max",
                                                           "md5",
                                                           "min",
                                                           "minute",
                                                           "mod",
                                                           "month",
                                                           "not",
                                                           "now",
                                                           "nth_value",
                                                           "ntile",
                                                           "nullif",
                                                           "numeric",
                                                           "offset",
                                                           "on",
                                                           "or",
                                                           "over",
                                                           "partition",
                                                           "percent_rank",
                                                           "position",
                                                           "power",
                                                           "printf",
                                                           "rand",
                                                           "random",
                                                           "rank",
                                                           "recursive",
                                                           "regexp_replace",
                                                           "repeat",
                                                           "replace",
                                                           "returning",
                                                           "reverse",
                                                           "right",
                                                           "round",
                                                           "row",
                                                           "row_number",
                                                           "rpad",
                                                           "rtrim",
                                                           "second",
                                                           "select",
                                                           "set",
                                                           "sign",
                                                           "some",
                                                           "split_part",
                                                           "sqrt",
                                                           "stddev",
                                                           "strftime",
                                                           "string_agg",
                                                           "strpos",
                                                           "substr",
                                                           "substring",
                                                           "sum",
                                                           "then",
                                                           "time",
                                                           "timestamp",
                                                           "timestampdiff",
                                                           "to_char",
                                                           "to_date",
                                                           "to_json",
                                                           "to_jsonb",
                                                           "to_number",
                                                           "to_timestamp",
                                                           "total",
                                                           "translate",
                                                           "trim",
                                                           "trunc",
                                                           "truncate",
                                                           "typeof",
                                                           "union",
                                                           "unix_timestamp",
                                                           "unnest",
                                                           "upper",
                                                           "using",
                                                           "uuid",
                                                           "values",
                                                           "varchar",
                                                           "variance",
                                                           "when",
                                                           "where",
                                                           "with",
                                                           "within",
                                                           "year"});

static_assert(std::ranges::is_sorted(harmless));

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Marks that are rare in plain statements, and behind which anything can stand: comments, variables, quoted names that
/// are called, a second statement.
bool is_hard_to_judge(std::string_view sql) {
    for (const std::string_view mark : {"--", "/*", "#", "@", "\"(", "`(", "](", "into temp"})
        if (sql.find(mark) != std::string_view::npos) return true;
    const auto end = sql.find(';');
    return end != std::string_view::npos && !std::ranges::all_of(sql.substr(end + 1), is_blank);
}

}  // namespace

bool may_change_session(std::string_view text) {
    const std::string sql = lower_case(text);
    if (is_hard_to_judge(sql)) return true;
    std::string_view first, previous;
    for (std::size_t at = 0; at < sql.size();) {
        if (!is_word(sql[at])) {
            ++at;
            continue;
        }
        const std::size_t begin = at;
        while (at < sql.size() && (is_word(sql[at]) || sql[at] == '.')) ++at;
        const std::string_view word = std::string_view(sql).substr(begin, at - begin);
        std::size_t next = at;
        while (next < sql.size() && is_blank(sql[next])) ++next;
        if (first.empty()) {
            first = word;
            if (std::ranges::find(plain, word) == plain.end()) return true;
        }
        if (word == "into" && first == "select") return true;  // makes a table, or sets a variable
        const bool is_table = previous == "into";
        if (next < sql.size() && sql[next] == '(' && !is_table && !std::ranges::binary_search(harmless, word))
            return true;
        previous = word;
    }
    return first.empty();
}

bool may_lock_tables(std::string_view text) {
    const std::string sql = lower_case(text);
    if (is_hard_to_judge(sql)) return true;
    const auto begin = std::ranges::find_if(sql, is_word);
    const std::string_view first(begin, std::find_if_not(begin, sql.end(), is_word));
    return first == "lock" || first == "flush" || first == "call" || first == "execute";
}

}  // namespace sociable::dialect
