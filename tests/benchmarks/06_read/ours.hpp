#pragma once

#include "../people.hpp"

/// Our ways of row 6, on any database.
namespace bench {

inline Contestant read_all(sociable::Connection& c) {
    return reader("sociable", [&c] { return c.execute(select_people).all<Person>(); });
}

inline Contestant read_stream(sociable::Connection& c) {
    return reader("sociable stream", [&c] {
        std::vector<Person> people;
        for (const Person& person : c.stream(select_people).rows<Person>()) people.push_back(person);
        return people;
    });
}

}  // namespace bench
