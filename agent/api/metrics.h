// The agent's figures for Prometheus. Names and meanings stand in README.md. Pure; any thread.
#ifndef TRAYLINE_AGENT_API_METRICS_H_
#define TRAYLINE_AGENT_API_METRICS_H_

#include <string>

#include "agent/api/backend.h"

namespace trayline::api {

std::string Metrics(const AgentStatus& status);

}  // namespace trayline::api

#endif  // TRAYLINE_AGENT_API_METRICS_H_
