#include "support/own_pgbouncer.hpp"

#include <filesystem>
#include <fstream>
#include <regex>

namespace sociable::test {

namespace {

// It doesn't run as root, and Debian has it where only root looks for programs.
constexpr const char* start =
    "PATH=$PATH:/usr/sbin; "
    "command -v pgbouncer > /dev/null || echo 'cmake/install_debian_packages.sh tests installs it:'; "
    "as_user=; [ $(id -u) -ne 0 ] || "
    "as_user='setpriv --reuid=postgres --regid=postgres --init-groups --pdeathsig KILL'; "
    "exec $as_user pgbouncer \"$0\"";

std::string settings_in(const TemporaryDirectory& directory, const Database& database, int connections) {
    namespace fs = std::filesystem;
    fs::permissions(directory.path(), fs::perms::all);
    const Url& url = database.url();
    const Url::Host& server = url.hosts().at(0);
    Engine engine = database.engine();
    const std::string file = directory.file("pgbouncer.ini");
    std::ofstream out(file);
    out << "[databases]\n* = host=" << server.name << " port=" << server.port.value_or(5432)
        << " user=" << url.user().value_or("postgres");
    if (url.password()) out << " password=" << *url.password();
    // It takes no options from its clients.
    out << " connect_query='SET search_path = " << engine.connect().execute("SHOW search_path").scalar<std::string>()
        << "'\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = " << directory.path().string()
        << "\nauth_type = any\npool_mode = transaction\ndefault_pool_size = " << connections << '\n';
    return file;
}

}  // namespace

OwnPgbouncer::OwnPgbouncer(const Database& database, int connections)
    : process_({"sh", "-c", start, settings_in(directory_, database, connections)}),
      url_(Url("postgresql://postgres@/")
               .with_database(database.url().database())
               .with_query("host", directory_.path().string())
               .with_query("port", "6432")) {
    process_.wait_for(std::regex("(process up)"));
}

}  // namespace sociable::test
