# Prints the C++ blocks of a Markdown file as one source file. The first is a program; each of the others becomes the
# body of a function that has what the first one made.
/^```cpp$/ { inside = 1; ++block; if (block > 1) begin(); next }
/^```$/ && inside { inside = 0; if (block > 1) print "}}"; next }
inside { print }

function begin() {
    if (block == 2) {
        print "#include <sociable/monitor/monitor.hpp>"
        print "#include <soci/soci.h>"
        print "#include <vector>"
        print "using namespace std::chrono_literals;"
        print "#pragma GCC diagnostic ignored \"-Wunused\""
    }
    printf "[[maybe_unused]] void block_%d(db::Engine engine, db::Session& session);\n", block
    # A block may declare an engine of its own, hence the inner scope.
    printf "void block_%d([[maybe_unused]] db::Engine engine, [[maybe_unused]] db::Session& session)\n{{\n", block
}
