# Run by CTest with COMPILER, INCLUDE_DIRECTORIES and SOURCE.

file(STRINGS "${SOURCE}" comments REGEX "^// expect: ")
if(NOT comments)
    message(FATAL_ERROR "${SOURCE} has no comment `// expect: text of the first error`")
endif()
list(GET comments 0 expected)
string(REPLACE "// expect: " "" expected "${expected}")

list(TRANSFORM INCLUDE_DIRECTORIES PREPEND -I)
execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env LC_ALL=C "${COMPILER}" -std=c++20 -fsyntax-only ${INCLUDE_DIRECTORIES} "${SOURCE}"
    RESULT_VARIABLE result
    ERROR_VARIABLE output)
if(result EQUAL 0)
    message(FATAL_ERROR "it compiles, and should not")
endif()
string(REGEX MATCH "error: [^\n]*" first_error "${output}")
string(REGEX MATCHALL " error: " errors "${output}")
list(LENGTH errors count)
if(count GREATER 1)
    message(FATAL_ERROR "${count} errors, where one would tell enough\n\n${output}")
endif()
if(output MATCHES "warning: ")
    message(FATAL_ERROR "a warning, where the error would tell enough\n\n${output}")
endif()
string(FIND "${first_error}" "${expected}" position)
if(position LESS 0)
    message(FATAL_ERROR "the first error should say: ${expected}\nbut it says: ${first_error}\n\n${output}")
endif()
