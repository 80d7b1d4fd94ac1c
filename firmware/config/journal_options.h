// JournalOptions: the journal's options as the configuration says them. Pure; any thread.
#ifndef TRAYLINE_FIRMWARE_CONFIG_JOURNAL_OPTIONS_H_
#define TRAYLINE_FIRMWARE_CONFIG_JOURNAL_OPTIONS_H_

#include <string>

#include "agent/journal/options.h"
#include "firmware/config/config.h"

namespace trayline::config {

// boot_id is that of the machine's present boot.
journal::Options JournalOptions(const Config& config, const std::string& boot_id);

}  // namespace trayline::config

#endif  // TRAYLINE_FIRMWARE_CONFIG_JOURNAL_OPTIONS_H_
