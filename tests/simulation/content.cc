#include "tests/simulation/content.h"

#include "agent/base/check.h"
#include "agent/base/hash.h"
#include "agent/event/event.h"
#include "agent/event/spec.h"

namespace trayline::simulation {

std::uint64_t DigestOutside(const ports::StoredEvent& row, Epoch epoch) {
  auto event = event::DecodeBody(row.body, epoch, row.sequence, row.type, row.journey);
  TRAYLINE_CHECK(event.ok());  // it was committed a moment ago
  const event::TypeSpec* type = event::FindType(row.type);
  TRAYLINE_CHECK(type != nullptr);
  for (const event::FieldSpec& field : type->fields) {
    if (field.local) event->data.Remove(field.key);
  }
  return Fnv1a64(event::EncodeBody(*event, epoch)) | 1;
}

std::uint64_t DigestOutside(const hq::EventRow& row) { return Fnv1a64(row.body) | 1; }

std::string HostKeyOf(const hq::EventRow& row) {
  if (row.type != event::EventType::kAddToCart && row.type != event::EventType::kViewItem) {
    return {};
  }
  const auto event = event::DecodeBody(row.body, row.epoch, row.sequence, row.type, row.journey);
  if (!event.ok()) return {};
  const auto lines = event->data.List(event::Key::kLines);
  return lines.empty() ? std::string() : std::string(lines.front().TextOr(event::Key::kItemId, ""));
}

}  // namespace trayline::simulation
