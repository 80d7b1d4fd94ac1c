#include "sync/hq/main/options.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <system_error>

#include "agent/base/ids.h"

namespace trayline::hq {
namespace {

constexpr const char* kDescription =
    "Trayline headquarters: receives what terminals have recorded, keeps it, and shows what is\n"
    "being lost, where, and whether every event has arrived.\n\n"
    "It needs an MQTT broker that the terminals reach too. All data lies in one SQLite database;\n"
    "back it up while it runs with: sqlite3 trayline-hq.db \".backup copy.db\"";

constexpr const char* kFooter =
    "Files beside the database: <db>.generation (keep it when you restore a backup: it tells\n"
    "terminals to send again what the backup lacks), <db>.address (where the pages are served),\n"
    "<db>.lock.\n\n"
    "Examples:\n"
    "  trayline-hq --db /var/lib/trayline-hq/hq.db --broker tcp://127.0.0.1:1883\n"
    "  trayline-hq --db hq.db --utc-offset-minutes 60 --day-start-hour 5\n"
    "  trayline-hq rebuild --db hq.db\n"
    "  trayline-hq restored --db hq.db";

constexpr int kUsageError = 2;

void AddServing(CLI::App& app, Options& options) {
  app.add_option("--db", options.database,
                 "Database file; made when it is not there. A second trayline-hq on it is refused.")
      ->capture_default_str();
  app.add_option("--listen", options.listen,
                 "Address and port of the pages and the API, which have no login: keep it on "
                 "loopback. Port 0 takes any free one.")
      ->capture_default_str();
  app.add_option("--address-file", options.address_file,
                 "Where to write the address that is served. [<db>.address]");
  app.add_option("--host", options.hosts,
                 "Another name under which browsers may reach the pages, beside localhost; may be "
                 "repeated.");
  app.add_option("--web", options.web,
                 "Folder of the built pages. [share/trayline/web/hq beside the program, else "
                 "sync/hq/web/dist of the source tree]")
      ->check(CLI::ExistingDirectory);
}

void AddBroker(CLI::App& app, Options& options) {
  app.add_option("--broker", options.broker,
                 "MQTT broker: tcp://host:port or ssl://host:port. While it is away it is tried "
                 "again, at most every 60 s; the pages are served all the same.")
      ->capture_default_str();
  app.add_option("--ca", options.receiver_tls.ca_file,
                 "With ssl://: certificates that the broker's must be signed by (PEM).")
      ->check(CLI::ExistingFile);
  app.add_option("--rx-cert", options.receiver_tls.cert_file,
                 "Certificate of the receiving connection, CN hqrx0 (PEM).")
      ->check(CLI::ExistingFile);
  app.add_option("--rx-key", options.receiver_tls.key_file, "Its key (PEM).")
      ->check(CLI::ExistingFile);
  app.add_option("--tx-cert", options.sender_tls.cert_file,
                 "Certificate of the publishing connection, CN hqtx0 (PEM).")
      ->check(CLI::ExistingFile);
  app.add_option("--tx-key", options.sender_tls.key_file, "Its key (PEM).")
      ->check(CLI::ExistingFile);
  app.add_option("--tenant", options.tenant, "Take only terminals of this tenant. [any]")
      ->check([](const std::string& text) {
        return IsIdentityPart(text) ? std::string() : "must be 1 to 20 of a-z and 0-9";
      });
}

void AddRest(CLI::App& app, Options& options, std::string& level) {
  app.add_option("--day-start-hour", options.day.start_hour,
                 "Hour of local time at which a business day begins.")
      ->check(CLI::Range(0, 23))
      ->capture_default_str();
  app.add_option("--utc-offset-minutes", options.day.offset_minutes,
                 "Local time minus UTC, in minutes.")
      ->check(CLI::Range(-1440, 1440))
      ->capture_default_str();
  app.add_option("--log-level", level, "Least level that is logged to standard error.")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
}

bool HasIndex(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(folder / "index.html", ignored);
}

// Where the pages lie beside this program: installed, or in a build tree below the sources.
std::string FindPages() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const auto folder = program.parent_path();
  for (const auto& candidate :
       {folder / "../share/trayline/web/hq", folder / "../../../sync/hq/web/dist"}) {
    if (HasIndex(candidate)) return std::filesystem::weakly_canonical(candidate, error).string();
  }
  return {};
}

}  // namespace

std::variant<Options, int> ParseOptions(int argc, const char* const* argv) {
  Options options;
  std::string level = "info";
  bool check = false;
  CLI::App app(kDescription, "trayline-hq");
  app.footer(kFooter);
  app.set_version_flag("--version", "trayline-hq " TRAYLINE_VERSION);
  AddServing(app, options);
  AddBroker(app, options);
  AddRest(app, options, level);
  app.add_flag("--check", check,
               "Check options, database and pages, say what is wrong, and end without serving.");
  auto* rebuild = app.add_subcommand(
      "rebuild",
      "Make all journeys anew from the stored events. Stop trayline-hq before; nothing that was "
      "received is touched.");
  rebuild->fallthrough();
  auto* restored = app.add_subcommand(
      "restored",
      "Say that the database was restored from a backup: terminals then send again what it lacks, "
      "as far back as they keep it. Stop trayline-hq before; start it after.");
  restored->fallthrough();
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  options.log_level = ParseLogLevel(level).value();
  if (check) options.command = Options::Command::kCheck;
  if (rebuild->parsed()) options.command = Options::Command::kRebuild;
  if (restored->parsed()) options.command = Options::Command::kRestored;
  options.sender_tls.ca_file = options.receiver_tls.ca_file;
  if (options.address_file.empty()) options.address_file = options.database + ".address";
  if (options.web.empty()) options.web = FindPages();
  return options;
}

}  // namespace trayline::hq
