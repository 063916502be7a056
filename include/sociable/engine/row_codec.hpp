#pragma once

#include <sociable/engine/described.hpp>
#include <sociable/engine/row.hpp>
#include <sociable/types/codec.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace sociable::detail {

/// The current row of a result, and the way to it.
class RowSource {
public:
    virtual bool next() = 0;
    virtual ValueView cell(std::size_t column) = 0;
    virtual const std::vector<std::string>& columns() const = 0;
    virtual std::size_t row_number() const = 0;
    /// How many rows are known to be left; 0 when it isn't known.
    virtual std::size_t rows_left() const = 0;

protected:
    ~RowSource() = default;
};

/// @throws NoSuchColumnError that lists the columns
std::size_t require_column(const std::vector<std::string>& columns, std::string_view name);
/// @throws InvalidRequestError when the row has another number of columns
void require_columns(const std::vector<std::string>& columns, std::size_t wanted);

/// As decode(), into an object that is there: a text is copied once, without a string in between.
template <class T>
void decode_into(T& to, const ValueView& value) {
    if constexpr (std::is_same_v<T, std::string>) {
        if (value.kind() == ValueView::Kind::text) return static_cast<void>(to.assign(value.as_text()));
    } else if constexpr (std::is_same_v<T, std::optional<std::string>>) {
        if (value.kind() == ValueView::Kind::text) return static_cast<void>(to.emplace(value.as_text()));
    }
    to = detail::decode<T>(value);
}

/// Read by its members' names; a struct with a Codec of its own is a single value instead.
template <class T>
concept MappedStruct = Described<T> && !Decodable<T>;

/// Read by position: std::tuple, std::pair, std::array.
template <class T>
concept TupleLike = !Described<T> && !Decodable<T> && requires {
    std::tuple_size<T>::value;
};

template <MappedStruct T>
constexpr bool has_const_member() {
    bool found = false;
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) {
        found = found || std::is_const_v<std::remove_reference_t<decltype(std::declval<T&>().*member.pointer)>>;
    });
    return found;
}

template <class T>
constexpr bool is_assignable_struct() {
    if constexpr (MappedStruct<T>)
        return !has_const_member<T>() && std::is_default_constructible_v<T>;
    else
        return false;
}
template <class T>
inline constexpr bool is_assignable = is_assignable_struct<T>();

/// How a whole row becomes a T: a struct by its members' names, a tuple by position, another type from the only column.
/// Made once for each result, so that names are looked up once.
template <class T>
class RowCodec {
public:
    explicit RowCodec(const std::vector<std::string>& columns) {
        if constexpr (MappedStruct<T>) {
            std::size_t i = 0;
            boost::mp11::mp_for_each<MembersOf<T>>(
                [&](auto member) { place_[i++] = require_column(columns, member.name); });
        } else {
            require_columns(columns, width);
        }
    }

    T decode(RowSource& row) const {
        return telling_place(row, [&](std::size_t& at) { return decode(row, at); });
    }
    /// Reads a struct where it is to stay, which saves moving it.
    void append(RowSource& row, std::vector<T>& rows) const {
        if constexpr (is_assignable<T>)
            telling_place(row, [&](std::size_t& at) { decode_members(rows.emplace_back(), row, at); });
        else
            rows.push_back(decode(row));
    }

private:
    template <class U>
    struct Width : std::integral_constant<std::size_t, 1> {};
    template <TupleLike U>
    struct Width<U> : std::tuple_size<U> {};
    template <MappedStruct U>
    struct Width<U> : std::integral_constant<std::size_t, member_count<U>> {};

    static constexpr std::size_t width = Width<T>::value;

    /// `read(at)` tells by `at` which column it is at.
    template <class F>
    auto telling_place(RowSource& row, F&& read) const {
        std::size_t at = 0;
        try {
            return read(at);
        } catch (const DataError& error) {
            const std::size_t column = MappedStruct<T> ? place_[at] : at;
            rethrow_with_place(error, row.columns()[column], row.row_number());
        }
    }

    template <class U>
    static U read(RowSource& row, std::size_t column, std::size_t& at, std::size_t position) {
        at = position;
        return detail::decode<U>(row.cell(column));
    }

    T decode(RowSource& row, std::size_t& at) const {
        if constexpr (MappedStruct<T>) {
            return decode_struct(row, at);
        } else if constexpr (Decodable<T>) {
            return Codec<T>::decode(row.cell(0));
        } else if constexpr (TupleLike<T>) {
            return decode_tuple(row, at, std::make_index_sequence<width>());
        } else {
            static_assert(TupleLike<T>,
                          "sociable: a row is read into a struct described by BOOST_DESCRIBE_STRUCT, a std::tuple or "
                          "std::pair, or a type that has a sociable::Codec");
            std::terminate();
        }
    }

    T decode_struct(RowSource& row, std::size_t& at) const {
        static_assert(is_assignable<T>,
                      "sociable: a struct that rows are read into has a default constructor and no const members, "
                      "since its members are assigned one by one");
        if constexpr (is_assignable<T>) {
            T object{};
            decode_members(object, row, at);
            return object;
        } else {
            std::terminate();
        }
    }

    void decode_members(T& object, RowSource& row, std::size_t& at) const {
        at = 0;
        for_each_member(object, [&](std::string_view, auto& member) {
            decode_into(member, row.cell(place_[at]));
            ++at;
        });
    }

    template <std::size_t... I>
    static T decode_tuple(RowSource& row, std::size_t& at, std::index_sequence<I...>) {
        return T{read<std::tuple_element_t<I, T>>(row, I, at, I)...};
    }

    std::array<std::size_t, MappedStruct<T> ? width : 0> place_{};
};

/// The first column of a row, whatever else it has.
template <class T>
struct FirstColumn {
    T value;
};

template <class T>
class RowCodec<FirstColumn<T>> {
public:
    explicit RowCodec(const std::vector<std::string>&) {}

    FirstColumn<T> decode(RowSource& row) const {
        try {
            return {detail::decode<T>(row.cell(0))};
        } catch (const DataError& error) {
            rethrow_with_place(error, row.columns()[0], row.row_number());
        }
    }
};

}  // namespace sociable::detail
