#include "agent/journal/storage_watch.h"

#include "agent/journal/options.h"

namespace trayline::journal {

using event::StorageState;

namespace {

// A scarcity ends only well on the other side of where it began, so that the state does not flap.
constexpr std::uint64_t kCrowdedEnterPercent = 75;
constexpr std::uint64_t kCrowdedLeavePercent = 70;
constexpr std::uint64_t kDeviceLeavePercent = 125;  // of low_free_bytes

constexpr std::uint64_t kMib = 1024ULL * 1024;

std::string Mib(std::uint64_t bytes) { return std::to_string(bytes / kMib) + " MiB"; }

}  // namespace

void StorageWatch::Measured(const StorageMeasure& measure) {
  measure_ = measure;
  JudgeScarcity();
}

void StorageWatch::JudgeScarcity() {
  const std::uint64_t crowded =
      measure_.database_limit_bytes * (crowded_ ? kCrowdedLeavePercent : kCrowdedEnterPercent);
  crowded_ = measure_.used_bytes * 100 >= crowded;
  if (!measure_.free_bytes) return;  // as it was
  const std::uint64_t low =
      limits_.low_free_bytes / 100 * (device_low_ ? kDeviceLeavePercent : 100);
  device_low_ = *measure_.free_bytes < low;
}

void StorageWatch::Wrote(bool has_room) {
  if (!write_failure_) return;
  const bool is_quota =
      write_failure_->error.code == Errc::kFull && write_failure_->lack != Lack::kDevice;
  if (!is_quota || has_room) write_failure_.reset();
}

void StorageWatch::WriteFailed(const Error& error, Lack lack) {
  if (error.code == Errc::kConflict) return;
  if (error.code == Errc::kCorrupt) corruption_ = error;
  write_failure_ = Failure{error, lack};
}

void StorageWatch::ReadFailed(const Error& error) {
  if (error.code == Errc::kNotFound) return;
  if (error.code == Errc::kCorrupt) corruption_ = error;
  read_failure_ = error;
}

void StorageWatch::Shed(const ShedCounts& shed) {
  for (std::size_t i = 0; i < shed.size(); ++i) shed_[i] += shed[i];
}

bool StorageWatch::IsAwaitingRecovery() const {
  return !corruption_ && (write_failure_.has_value() || read_failure_.has_value());
}

StorageState StorageWatch::state() const {
  if (corruption_) return StorageState::kBroken;
  if (write_failure_) {
    return write_failure_->error.code == Errc::kFull ? StorageState::kFull : StorageState::kBroken;
  }
  if (read_failure_) return StorageState::kBroken;
  const bool reserve_gone = limits_.wants_reserve && !measure_.reserve_held;
  return crowded_ || device_low_ || reserve_gone ? StorageState::kLow : StorageState::kOk;
}

std::string StorageWatch::FullReason() const {
  if (write_failure_->lack == Lack::kDevice) {
    return "no space is left on the file system of " + limits_.path +
           ": new records are refused until there is";
  }
  if (write_failure_->lack == Lack::kWal) {
    return limits_.path + " and its WAL have reached their quota of " + Mib(limits_.quota_bytes) +
           " because another program keeps the database open: new records are refused until it "
           "lets go";
  }
  return limits_.path + " has reached its quota of " + Mib(limits_.quota_bytes) +
         " and holds nothing that may be given up: new records are refused until headquarters has "
         "taken some";
}

std::string StorageWatch::Reason() const {
  if (corruption_) return limits_.path + " is damaged and must be recovered: " + corruption_->text;
  if (write_failure_) {
    if (write_failure_->error.code == Errc::kFull) return FullReason();
    return limits_.path + " cannot be written: " + write_failure_->error.text;
  }
  if (read_failure_) return limits_.path + " cannot be read: " + read_failure_->text;
  if (crowded_) {
    return limits_.path + " uses " + Mib(measure_.used_bytes) + " of the " +
           Mib(measure_.database_limit_bytes) + " that its quota leaves for events";
  }
  if (device_low_) {
    return "only " + Mib(*measure_.free_bytes) + " are free on the file system of " + limits_.path;
  }
  if (limits_.wants_reserve && !measure_.reserve_held) {
    return "there is no room for the reserve on the file system of " + limits_.path;
  }
  return {};
}

StorageStatus StorageWatch::status() const {
  StorageStatus status;
  status.state = state();
  status.reason = Reason();
  status.file_bytes = measure_.file_bytes;
  status.used_bytes = measure_.used_bytes;
  status.quota_bytes = limits_.quota_bytes;
  status.free_bytes = measure_.free_bytes.value_or(0);
  status.reserve_held = measure_.reserve_held;
  status.corrupt = corruption_.has_value();
  status.shed = shed_;
  return status;
}

}  // namespace trayline::journal
