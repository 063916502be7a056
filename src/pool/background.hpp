#pragma once

#include <functional>

namespace sociable::pool {

/// Runs `work`, which must not throw, on a thread of its own, which debuggers and `top -H` show by `name`, of at most
/// 15 characters. Such threads block every signal, so that the program's handlers run on the program's threads. At the
/// end of the process, static destruction waits a moment for them.
/// @throws std::system_error when the system gives no thread; std::bad_alloc
void run_in_background(const char* name, std::function<void()> work);

/// To be called before an object is finished that uses run_in_background() in its destructor or later: makes sure that
/// the wait at the end of the process comes after that object's own destruction.
void prepare_background();

}  // namespace sociable::pool
