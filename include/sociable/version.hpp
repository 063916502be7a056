#pragma once

/// The version of these headers. CMake reads it from here; the numbers stand nowhere else.
#define SOCIABLE_VERSION_MAJOR 0
#define SOCIABLE_VERSION_MINOR 1
#define SOCIABLE_VERSION_PATCH 0

/// One number to compare in #if: 1.2.3 is 10203.
#define SOCIABLE_VERSION (SOCIABLE_VERSION_MAJOR * 10000 + SOCIABLE_VERSION_MINOR * 100 + SOCIABLE_VERSION_PATCH)
