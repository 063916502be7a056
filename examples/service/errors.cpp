#include "errors.hpp"

#include <sociable/sociable.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <iostream>

namespace db = sociable;
namespace http = boost::beast::http;

namespace {

Response error(http::status status, std::string_view text) {
    Response response(status, 11);
    response.set(http::field::content_type, "application/json");
    response.body() = boost::json::serialize(boost::json::value{{"error", text}});
    return response;
}

/// The same request may well succeed soon.
Response try_again() {
    Response response = error(http::status::service_unavailable, "the database is not available, try again");
    response.set(http::field::retry_after, "1");
    return response;
}

}  // namespace

Response response_to_current_exception() {
    try {
        throw;
    } catch (const BadRequest& e) {
        return error(http::status::bad_request, e.what());
    } catch (const NotFound& e) {
        return error(http::status::not_found, e.what());
    } catch (const db::CommitOutcomeUnknown&) {  // not to be tried again blindly
        return error(http::status::service_unavailable, "the database was lost, and the change may have been made");
    } catch (const db::TimeoutError&) {
        return try_again();
    } catch (const db::QueueFullError&) {
        return try_again();
    } catch (const db::DatabaseError& e) {
        if (e.is_disconnect() || e.is_retryable()) return try_again();
        std::cerr << e.what() << std::endl;
    } catch (const std::exception& e) {
        std::cerr << e.what() << std::endl;
    }
    return error(http::status::internal_server_error, "something went wrong");
}
