#include "agent/base/metrics_text.h"

#include <gtest/gtest.h>

namespace trayline {
namespace {

TEST(MetricsText, WritesHelpTypeAndValue) {
  MetricsText metrics;
  metrics.Counter("trayline_events_total", "Events recorded", 7);
  EXPECT_EQ(metrics.text(),
            "# HELP trayline_events_total Events recorded\n"
            "# TYPE trayline_events_total counter\n"
            "trayline_events_total 7\n");
}

TEST(MetricsText, WritesOneLineForEachLabel) {
  MetricsText metrics;
  metrics.Gauge("trayline_storage", "State");
  metrics.Value("state", "ok", 1);
  metrics.Value("state", "full", 0);
  EXPECT_EQ(metrics.text(),
            "# HELP trayline_storage State\n# TYPE trayline_storage gauge\n"
            "trayline_storage{state=\"ok\"} 1\ntrayline_storage{state=\"full\"} 0\n");
}

TEST(MetricsText, KeepsALineALine) {
  MetricsText metrics;
  metrics.Gauge("trayline_x", "a\nb\\c\"d");
  metrics.Value("why", "a\nb\\c\"d", 1);
  EXPECT_EQ(metrics.text(),
            "# HELP trayline_x a\\nb\\\\c\"d\n# TYPE trayline_x gauge\n"
            "trayline_x{why=\"a\\nb\\\\c\\\"d\"} 1\n");
}

}  // namespace
}  // namespace trayline
