# What only people who work on sociable itself need. Inside another project this does nothing: warnings, compiler
# launchers and the like are that project's business.

# Warnings of our own targets. They never reach a user of the library.
function(sociable_set_warnings target)
    if(NOT PROJECT_IS_TOP_LEVEL OR NOT CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
        return()
    endif()
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion)
    if(SOCIABLE_WARNINGS_AS_ERRORS)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()

if(PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(SOCIABLE_CCACHE ccache)
    mark_as_advanced(SOCIABLE_CCACHE)
    if(SOCIABLE_CCACHE)
        set(CMAKE_CXX_COMPILER_LAUNCHER "${SOCIABLE_CCACHE}")
    endif()
endif()
