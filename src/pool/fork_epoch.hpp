#pragma once

namespace sociable::pool {

/// Counts the forks that lie between this process and the one in which the library was first used. What was made in an
/// earlier epoch belongs to the parent: its connections must not even be closed here, since that would say goodbye on
/// the parent's socket. Thread-safe.
unsigned fork_epoch() noexcept;

}  // namespace sociable::pool
