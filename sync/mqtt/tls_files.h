// Checks the files of TlsOptions before a connection is tried, so that a wrong path is told by its
// name rather than as "TLS failure". Reads files; any thread.
#ifndef TRAYLINE_SYNC_MQTT_TLS_FILES_H_
#define TRAYLINE_SYNC_MQTT_TLS_FILES_H_

#include "agent/base/result.h"
#include "sync/mqtt/client.h"

namespace trayline::mqtt {

// kRejected names the option and the file: not readable, not PEM, or a key that is not the
// certificate's. cert_file and key_file go together; both may be empty (no client certificate).
Status CheckTlsFiles(const TlsOptions& tls);

}  // namespace trayline::mqtt

#endif  // TRAYLINE_SYNC_MQTT_TLS_FILES_H_
