// Words and tables for a terminal's screen. Pure.
#ifndef TRAYLINE_FIRMWARE_CLI_TEXT_H_
#define TRAYLINE_FIRMWARE_CLI_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "firmware/cli/fields.h"

namespace trayline::cli {

// Columns aligned by spaces as a screen shows them (firmware/cli/width.h), the first row a heading.
// Cells are made printable; no line ends in spaces.
std::string Table(const std::vector<std::vector<std::string>>& rows);
// "3d 4h", "1h 02m", "3m 12s", "8s". What is below zero counts as none.
std::string Duration(std::int64_t seconds);
// "83.8 GB", "12.4 MB", "830 kB", "17 B": decimal units, as disks are sold.
std::string Bytes(std::int64_t bytes);
// "12,345".
std::string Count(std::int64_t number);
// Minor units with their currency's letters: "16.20 USD".
std::string Amount(std::int64_t minor, const std::string& currency);
// One line for an event: sequence, time of day where the terminal stands, journey, short type, and
// what matters of its data.
std::string EventLine(const Json& event);

}  // namespace trayline::cli

#endif  // TRAYLINE_FIRMWARE_CLI_TEXT_H_
