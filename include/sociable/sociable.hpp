#pragma once

// The whole library.

#include <sociable/engine/engine.hpp>
#include <sociable/engine/environment.hpp>
#include <sociable/errors/database_error.hpp>
#include <sociable/errors/error.hpp>
#include <sociable/errors/timeout_error.hpp>
#include <sociable/events/event_hub.hpp>
#include <sociable/health/advice.hpp>
#include <sociable/health/health.hpp>
#include <sociable/health/metrics.hpp>
#include <sociable/health/queueing.hpp>
#include <sociable/health/server_activity.hpp>
#include <sociable/health/simulation.hpp>
#include <sociable/health/sizing.hpp>
#include <sociable/pool/events.hpp>
#include <sociable/pool/pool.hpp>
#include <sociable/session/events.hpp>
#include <sociable/session/scoped_session.hpp>
#include <sociable/session/session.hpp>
#include <sociable/session/session_maker.hpp>
#include <sociable/url/url.hpp>
#include <sociable/version.hpp>

#include <boost/describe/class.hpp>
