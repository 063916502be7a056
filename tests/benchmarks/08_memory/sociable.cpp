// Row 8: what grows with the work that has been done, after the first tenth of it: the heap in use (mallinfo2) and the
// memory that is resident and no file's (RssAnon): code that runs for the first time is no growth.
//   checkouts    10 million of a pool of SQLite in memory
//   statements   1 million of 1,000 texts, of which a connection keeps 100 prepared
#include "../bench.hpp"

#include <sociable/sociable.hpp>

#include <malloc.h>

#include <fstream>

namespace {

double heap() { return static_cast<double>(mallinfo2().uordblks) / 1024; }

double resident() {
    std::ifstream file("/proc/self/status");
    std::string word;
    double size = 0;
    while (file >> word && word != "RssAnon:") continue;
    file >> size;
    return size;
}

template <class F>
void measure(const std::string& work, int times, F once) {
    int done = 0;
    while (done < times / 10) once(done++);
    resident();  // so that what reading it takes is there
    const double heap_before = heap(), resident_before = resident();
    while (done < times) once(done++);
    bench::print(8, work + ", heap", "sociable", heap() - heap_before, "KiB");
    bench::print(8, work + ", resident", "sociable", resident() - resident_before, "KiB");
}

}  // namespace

int main() {
    sociable::Engine engine = sociable::create_engine("sqlite://");
    measure("checkouts", bench::quick ? 100'000 : 10'000'000, [&](int) { engine.connect().close(); });
    measure("statements", bench::quick ? 10'000 : 1'000'000, [&](int i) {
        const std::string sql = "SELECT " + std::to_string(1000 + i % 1000) + " + :x";
        engine.begin([&](sociable::Connection& c) { c.execute(sql, {{"x", i}}).scalar<int>(); });
    });
}
