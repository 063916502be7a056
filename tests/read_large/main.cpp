// Reads a large result in a process of little memory: read_large URL ROWS MEBIBYTES (stream|execute)
//
// Limits its memory to so much more than it has at the start, reads, and prints what it has read and by how much its
// resident memory grew at most, in KiB. Ends with 3 when it was out of memory. 0 MEBIBYTES: without a limit.
#include <sociable/sociable.hpp>

#include <sys/resource.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <new>
#include <string>

namespace {

/// A figure of /proc/self/status, in KiB.
long status(const std::string& name) {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name + ":")) return std::stol(line.substr(name.size() + 1));
    return -1;
}

void limit(int resource, rlim_t bytes) {
    const rlimit both{bytes, bytes};
    if (setrlimit(static_cast<__rlimit_resource>(resource), &both) != 0) throw std::runtime_error("setrlimit failed");
}

std::string numbers(const std::string& dialect, const std::string& rows) {
    const std::string text = dialect == "mysql" ? "concat('this is row ', i)" : "'this is row ' || i";
    if (dialect == "postgresql") return "SELECT i, " + text + " FROM generate_series(1, " + rows + ") AS s(i)";
    if (dialect == "mysql") return "SELECT i, " + text + " FROM (SELECT seq AS i FROM seq_1_to_" + rows + ") AS s";
    return "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < " + rows + ") SELECT i, " + text +
           " FROM s";
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) return 2;
    const std::string url = argv[1], rows = argv[2], way = argv[4];
    const rlim_t room = std::stoul(argv[3]) << 20U;
    const long resident = status("VmRSS");
    if (room != 0) {
        limit(RLIMIT_AS, (static_cast<rlim_t>(status("VmSize")) << 10U) + room);
        limit(RLIMIT_DATA, (static_cast<rlim_t>(status("VmData")) << 10U) + room);
    }
    try {
        sociable::Engine engine = sociable::create_engine(url);
        sociable::Connection c = engine.connect();
        const std::string sql = numbers(std::string(c.dialect_name()), rows);
        std::int64_t count = 0, sum = 0;
        const auto add = [&](const std::tuple<std::int64_t, std::string>& row) {
            ++count;
            sum += std::get<0>(row);
            if (std::get<1>(row) != "this is row " + std::to_string(count)) throw std::runtime_error("a wrong row");
        };
        if (way == "execute") {
            for (const auto& row : c.execute(sql).all<std::tuple<std::int64_t, std::string>>()) add(row);
        } else {
            for (const auto& row : c.stream(sql).rows<std::int64_t, std::string>()) add(row);
        }
        std::cout << count << ' ' << sum << ' ' << status("VmHWM") - resident << '\n';
        return 0;
    } catch (const std::bad_alloc&) {
        std::cout << "out of memory\n";
        return 3;
    } catch (const sociable::DatabaseError& error) {
        std::cout << error.what() << '\n';
        return std::string(error.what()).find("memory") == std::string::npos ? 1 : 3;
    } catch (const std::exception& error) {
        std::cout << error.what() << '\n';
        return 1;
    }
}
