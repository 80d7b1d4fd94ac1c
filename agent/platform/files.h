// Small files, read whole and written durably. Any thread; every function reads or writes the disk.
#ifndef TRAYLINE_AGENT_PLATFORM_FILES_H_
#define TRAYLINE_AGENT_PLATFORM_FILES_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace trayline::platform {

// All of the file. kNotFound: there is none; kFull: it is larger than limit bytes; kRetryLater: the
// system refuses.
Result<std::string> ReadSmallFile(const std::string& path, std::size_t limit);

// Puts content in the file's place: written to a temporary file beside it, synced, renamed over it,
// and the folder synced. After a power cut the old file is there or the new one, never a part. mode
// is exact, whatever the umask. kRetryLater, with the system's reason.
Status WriteFileDurably(const std::string& path, std::string_view content, ::mode_t mode);

// The access token of the local API: 43 characters of base64url (32 random bytes). Made with mode
// 0640 when there is no such file. kCorrupt when the file holds something else: somebody must look.
Result<std::string> LoadOrMakeToken(const std::string& path);

// The kernel's identity of this boot, 36 characters. kNotFound without /proc.
Result<std::string> ReadBootId();

}  // namespace trayline::platform

#endif  // TRAYLINE_AGENT_PLATFORM_FILES_H_
