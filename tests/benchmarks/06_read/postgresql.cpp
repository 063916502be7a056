// Row 6 on PostgreSQL.
//   sociable          execute(...).all<Person>()
//   sociable stream   stream(...).rows<Person>(), into a vector as well
//   raw text          a kept statement, its whole result as text
//   raw binary        the same in PostgreSQL's binary format
//   raw single rows   the kept statement in libpq's single-row mode, as text
#include "../raw/postgresql.hpp"
#include "../people.hpp"
#include "ours.hpp"

#include <endian.h>

#include <bit>
#include <cstring>

namespace {

template <class T>
T big_endian(const raw::PgResult& result, int row, int column) {
    T value;
    std::memcpy(&value, PQgetvalue(result.get(), row, column), sizeof value);
    if constexpr (sizeof value == 8)
        return be64toh(value);
    else
        return be32toh(value);
}

std::optional<std::string> optional_text(const raw::PgResult& result, int row, int column) {
    if (PQgetisnull(result.get(), row, column)) return std::nullopt;
    return raw::text(result, row, column);
}

bench::Person from_text(const raw::PgResult& result, int row) {
    return {raw::number<std::int64_t>(result, row, 0), raw::text(result, row, 1), optional_text(result, row, 2),
            raw::number<double>(result, row, 3), raw::number<std::int32_t>(result, row, 4)};
}

bench::Person from_binary(const raw::PgResult& result, int row) {
    return {static_cast<std::int64_t>(big_endian<std::uint64_t>(result, row, 0)), raw::text(result, row, 1),
            optional_text(result, row, 2), std::bit_cast<double>(big_endian<std::uint64_t>(result, row, 3)),
            static_cast<std::int32_t>(big_endian<std::uint32_t>(result, row, 4))};
}

}  // namespace

int main() {
    const std::string url = bench::url_of("POSTGRESQL");
    sociable::Engine engine = sociable::create_engine(url);
    bench::provide_people(engine);
    sociable::Connection ours = engine.connect();

    raw::Postgresql db(url);
    db.prepare("people", bench::select_people);
    const auto read = [&](int format, auto person) {
        const auto result = db.check(PQexecPrepared(db.get(), "people", 0, nullptr, nullptr, nullptr, format));
        std::vector<bench::Person> people;
        people.reserve(static_cast<std::size_t>(PQntuples(result.get())));
        for (int row = 0; row < PQntuples(result.get()); ++row) people.push_back(person(result, row));
        return people;
    };
    const auto read_single = [&] {
        std::vector<bench::Person> people;
        PQsendQueryPrepared(db.get(), "people", 0, nullptr, nullptr, nullptr, 0);
        PQsetSingleRowMode(db.get());
        while (PGresult* result = PQgetResult(db.get())) {
            const raw::PgResult owned = db.check(result);
            if (PQntuples(result) == 1) people.push_back(from_text(owned, 0));
        }
        return people;
    };
    bench::in_turn(
        6, "PostgreSQL",
        {bench::read_all(ours), bench::read_stream(ours), bench::reader("raw text", [&] { return read(0, from_text); }),
         bench::reader("raw binary", [&] { return read(1, from_binary); }),
         bench::reader("raw single rows", read_single)},
        1);
}
