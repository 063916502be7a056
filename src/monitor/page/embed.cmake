# Puts page.html, page.css and page.js of INPUT together and writes them into OUTPUT, a C++ file, as
# sociable::monitor::page().
file(READ "${INPUT}/page.html" page)
foreach(part page.css page.js)
    file(READ "${INPUT}/${part}" text)
    string(REPLACE "@${part}@" "${text}" page "${page}")
endforeach()

# Compilers need to take no literal of more than 65,536 characters, but join those that follow each other.
set(literals)
while(NOT page STREQUAL "")
    string(SUBSTRING "${page}" 0 8000 part)
    string(LENGTH "${part}" length)
    string(SUBSTRING "${page}" ${length} -1 page)
    string(APPEND literals "\n    R\"page(${part})page\"")
endwhile()
file(WRITE "${OUTPUT}" "#include \"monitor/page.hpp\"\n
namespace sociable::monitor {\n
std::string_view page() noexcept {
    return${literals};
}\n
}  // namespace sociable::monitor\n")
