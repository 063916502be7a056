// Row 7 on PostgreSQL.
//   insert_many, execute_many   ours
//   raw COPY                    COPY FROM STDIN as text, in buffers of 64 KiB
#include "../raw/postgresql.hpp"
#include "ours.hpp"

namespace {

template <class T>
void append(std::string& line, T value) {
    char digits[40];
    line.append(digits, std::to_chars(digits, std::end(digits), value).ptr);
}

void append_text(std::string& line, const std::string& text) {
    for (const char c : text) switch (c) {
            case '\\': line += "\\\\"; break;
            case '\t': line += "\\t"; break;
            case '\n': line += "\\n"; break;
            case '\r': line += "\\r"; break;
            default: line += c;
        }
}

}  // namespace

int main() {
    const std::string url = bench::url_of("POSTGRESQL");
    const auto people = bench::make_people();
    sociable::Engine engine = sociable::create_engine(url);

    raw::Postgresql db(url);
    const auto copy = [&] {
        db.run("BEGIN");
        db.run("COPY newcomers FROM STDIN");
        std::string buffer;
        const auto send = [&] {
            PQputCopyData(db.get(), buffer.data(), static_cast<int>(buffer.size()));
            buffer.clear();
        };
        for (const bench::Person& person : people) {
            append(buffer, person.id);
            append_text(buffer += '\t', person.name);
            buffer += '\t';
            person.email ? append_text(buffer, *person.email) : void(buffer += "\\N");
            append(buffer += '\t', person.score);
            append(buffer += '\t', person.visits);
            buffer += '\n';
            if (buffer.size() > 65'000) send();
        }
        send();
        PQputCopyEnd(db.get(), nullptr);
        db.check(PQgetResult(db.get()));
        raw::PgResult(PQgetResult(db.get()));  // null: the end
        db.run("COMMIT");
    };
    std::vector contestants{bench::execute_many(engine, people), bench::inserter("raw COPY", engine, copy)};
    bench::add_insert_many(contestants, engine, people);
    bench::in_turn(7, "PostgreSQL", std::move(contestants), 1);
}
