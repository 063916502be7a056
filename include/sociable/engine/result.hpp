#pragma once

#include <sociable/engine/row_codec.hpp>
#include <sociable/errors/error.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace sociable {

namespace detail {
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
}  // namespace detail

/// The rows of a result as a range, each made when the loop asks for it: a single pass.
template <class T>
class RowRange {
public:
    class iterator {
    public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        const T& operator*() const noexcept { return *range_->row_; }
        const T* operator->() const noexcept { return &*range_->row_; }
        iterator& operator++() {
            range_->advance();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return !range_->row_; }

    private:
        friend class RowRange;
        explicit iterator(RowRange* range) noexcept : range_(range) {}
        RowRange* range_;
    };

    explicit RowRange(std::shared_ptr<detail::RowSource> source)
        : source_(std::move(source)), codec_(source_->columns()) {}

    iterator begin() {
        advance();
        return iterator(this);
    }
    std::default_sentinel_t end() const noexcept { return {}; }

private:
    void advance() {
        row_.reset();
        if (!source_) throw ResourceClosedError("these rows have been moved from");
        if (source_->next()) row_.emplace(codec_.decode(*source_));
    }

    std::shared_ptr<detail::RowSource> source_;
    detail::RowCodec<T> codec_;
    std::optional<T> row_;
};

/// What a statement gave: rows, read once and in order, or a count of rows affected.
///
/// A result may be kept while its connection runs other statements; one made by `stream` may have to load its remaining
/// rows then (see there). When its connection closes or rolls back, and for a stream also when it commits, reading rows
/// that were not loaded by then is a ResourceClosedError.
///
/// T is a struct described by BOOST_DESCRIBE_STRUCT (by the columns' names; columns without a member are ignored), a
/// std::tuple or std::pair (by position), or a type that has a Codec (the only column).
///
/// Thread safety: used by the thread that uses the connection.
class Result {
public:
    explicit Result(std::shared_ptr<detail::ResultState> state) noexcept;
    Result(Result&&) noexcept = default;
    Result& operator=(Result&&) noexcept = default;
    ~Result();

    /// Rows that an INSERT, UPDATE or DELETE has matched; 0 for other statements.
    std::int64_t affected_rows() const;
    /// The key that the database generated for the last inserted row. PostgreSQL tells none: use RETURNING, which
    /// SQLite and MariaDB (for INSERT) know as well.
    std::optional<std::int64_t> last_insert_id() const;
    /// The columns' names; empty when the statement gives no rows.
    const std::vector<std::string>& columns() const;

    /// Every row.
    template <class T>
    std::vector<T> all() {
        const auto codec = begin_reading<T>();
        detail::RowSource& from = source();
        std::vector<T> rows;
        rows.reserve(from.rows_left());
        while (from.next()) codec.append(from, rows);
        return rows;
    }
    /// Every row, for columns asked for at run time.
    std::vector<Row> all();

    /// The only row. @throws NoResultFound, MultipleResultsFound
    template <class T>
    T one() {
        auto row = one_or_none<T>();
        if (!row) throw_no_result();
        return std::move(*row);
    }
    /// The only row, or nothing. @throws MultipleResultsFound
    template <class T>
    std::optional<T> one_or_none() {
        auto row = take<T>();
        if (row && source().next()) throw_multiple_results();
        return row;
    }
    /// The first row, or nothing; the others are dropped.
    template <class T>
    std::optional<T> first() {
        auto row = take<T>();
        close();
        return row;
    }

    /// The first column of the first row; the others are dropped. Without a row: nothing for a std::optional,
    /// NoResultFound for another type.
    template <class T>
    T scalar() {
        if (auto value = first<detail::FirstColumn<T>>()) return std::move(value->value);
        if constexpr (detail::is_optional<T>)
            return std::nullopt;
        else
            throw_no_result();
    }
    /// The first column of every row.
    template <class T>
    std::vector<T> scalars() {
        const auto codec = begin_reading<detail::FirstColumn<T>>();
        detail::RowSource& from = source();
        std::vector<T> values;
        values.reserve(from.rows_left());
        while (from.next()) values.push_back(codec.decode(from).value);
        return values;
    }

    /// The rows one by one, as tuples of several types or as one T.
    template <class T, class... More>
    auto rows() {
        if constexpr (sizeof...(More) == 0)
            return RowRange<T>(shared_source());
        else
            return RowRange<std::tuple<T, More...>>(shared_source());
    }

    /// Drops what has not been read, so that the database can forget it.
    void close() noexcept;

    /// `for (const Row& row : result)`: the rows one by one, for columns asked for at run time.
    class iterator {
    public:
        using value_type = Row;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        const Row& operator*() const noexcept { return *row_; }
        const Row* operator->() const noexcept { return &*row_; }
        iterator& operator++() {
            row_ = result_->next_row();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return !row_; }

    private:
        friend class Result;
        explicit iterator(Result* result) : result_(result), row_(result->next_row()) {}
        Result* result_;
        std::optional<Row> row_;
    };
    iterator begin() { return iterator(this); }
    std::default_sentinel_t end() const noexcept { return {}; }

private:
    detail::ResultState& state() const;
    template <class T>
    detail::RowCodec<T> begin_reading() {
        return detail::RowCodec<T>(source().columns());
    }
    template <class T>
    std::optional<T> take() {
        const auto codec = begin_reading<T>();
        if (!source().next()) return std::nullopt;
        return codec.decode(source());
    }

    /// @throws InvalidRequestError when the statement gives no rows
    detail::RowSource& source();
    std::shared_ptr<detail::RowSource> shared_source();
    std::optional<Row> next_row();
    [[noreturn]] void throw_no_result() const;
    [[noreturn]] void throw_multiple_results() const;

    std::shared_ptr<detail::ResultState> state_;
};

}  // namespace sociable
