#pragma once

#include <sociable/engine/parameter.hpp>

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <vector>

namespace sociable {

/// A struct whose members are known by BOOST_DESCRIBE_STRUCT (or BOOST_DESCRIBE_CLASS, with public members).
template <class T>
concept Described = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

namespace detail {

/// Public members, those of described bases included.
template <class T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <class T>
inline constexpr std::size_t member_count = boost::mp11::mp_size<MembersOf<T>>::value;

/// Calls `f(name, member)` for each member of `object`, in their order.
template <class T, class F>
void for_each_member(T& object, F&& f) {
    boost::mp11::mp_for_each<MembersOf<std::remove_const_t<T>>>(
        [&](auto member) { f(std::string_view(member.name), object.*member.pointer); });
}

/// The members as parameters of their names.
template <Described T>
void append_parameters(const T& object, std::vector<Parameter>& parameters) {
    for_each_member(object, [&](std::string_view name, const auto& value) { parameters.emplace_back(name, value); });
}

}  // namespace detail

}  // namespace sociable
