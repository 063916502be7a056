// expect: sociable: no Codec for this type: specialise sociable::Codec<T>

#include <sociable/engine/connection.hpp>

#include <utility>

struct Unknown {};

auto read(sociable::Connection& c) { return c.execute("SELECT 1, 2").all<std::pair<int, Unknown>>(); }
