#include "notes.hpp"

#include "errors.hpp"

#include <boost/describe/class.hpp>
#include <boost/json.hpp>

#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

namespace db = sociable;
namespace json = boost::json;
namespace http = boost::beast::http;

namespace {

struct Note {
    std::int64_t id;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(Note, (), (id, text))

void create_table(db::Engine& engine) {
    const std::string_view dialect = engine.dialect_name();
    const std::string id = dialect == "postgresql" ? "bigint GENERATED ALWAYS AS IDENTITY"
                           : dialect == "mysql"    ? "bigint AUTO_INCREMENT"
                                                   : "integer";
    engine.begin([&](db::Connection& c) {
        c.execute("CREATE TABLE IF NOT EXISTS notes (id " + id + " PRIMARY KEY, text varchar(1000) NOT NULL)");
    });
}

Response json_response(http::status status, const json::value& value) {
    Response response(status, 11);
    response.set(http::field::content_type, "application/json");
    response.body() = json::serialize(value);
    return response;
}

/// Ends the request's session, and rolls back what was not committed, however the request ends.
struct EndOfRequest {
    db::ScopedSession& current;
    ~EndOfRequest() {
        try {
            current.remove();
        } catch (const std::exception&) {  // the database went away: there is nothing left to roll back
        }
    }
};

}  // namespace

Notes::Notes(db::Engine engine) : current_(db::SessionMaker(engine)) { create_table(engine); }

Response Notes::answer(const Request& request) {
    try {
        const EndOfRequest end{current_};
        return dispatch(request);
    } catch (...) {
        return response_to_current_exception();
    }
}

Response Notes::dispatch(const Request& request) {
    const std::string_view target(request.target().data(), request.target().size());
    constexpr std::string_view notes = "/notes";
    if (target == notes && request.method() == http::verb::get) return list();
    if (target == notes && request.method() == http::verb::post) return add(request);
    if (target.starts_with("/notes/") && request.method() == http::verb::get)
        return find(target.substr(notes.size() + 1));
    throw NotFound("there are GET /notes, GET /notes/{id} and POST /notes");
}

Response Notes::list() {
    const auto notes = current_->execute("SELECT id, text FROM notes ORDER BY id DESC LIMIT 20").all<Note>();
    return json_response(http::status::ok, json::value_from(notes));
}

Response Notes::find(std::string_view text) {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size()) throw BadRequest("a note's id is a number");

    const auto note = current_->execute("SELECT id, text FROM notes WHERE id = :id", {{"id", id}}).one_or_none<Note>();
    if (!note) throw NotFound("there is no such note");
    return json_response(http::status::ok, json::value_from(*note));
}

Response Notes::add(const Request& request) {
    boost::system::error_code error;
    const json::value value = json::parse(request.body(), error);
    const json::object* object = error ? nullptr : value.if_object();
    const json::value* text = object ? object->if_contains("text") : nullptr;
    if (!text || !text->is_string() || text->get_string().size() > 1000)
        throw BadRequest("a note is {\"text\": \"...\"}, with up to 1000 bytes");

    const Note note{current_
                        ->execute("INSERT INTO notes (text) VALUES (:text) RETURNING id",
                                  {{"text", std::string(text->get_string())}})
                        .scalar<std::int64_t>(),
                    std::string(text->get_string())};
    current_->commit();
    Response response = json_response(http::status::created, json::value_from(note));
    response.set(http::field::location, "/notes/" + std::to_string(note.id));
    return response;
}
