#pragma once

#include <functional>

namespace sociable::pool {

/// Calls `f` when the calling thread ends; once for each key, which is only compared. `f` must not throw, and must bear
/// that what it is about is long gone.
void at_thread_exit(const void* key, std::function<void()> f);

}  // namespace sociable::pool
