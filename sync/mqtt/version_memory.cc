#include "sync/mqtt/version_memory.h"

namespace trayline::mqtt {

int VersionMemory::VersionOf(const std::string& uri) const {
  MutexLock lock(mutex_);
  const auto found = versions_.find(uri);
  return found == versions_.end() ? kVersion5 : found->second;
}

void VersionMemory::RememberRefusalOf5(const std::string& uri) {
  MutexLock lock(mutex_);
  if (versions_.size() >= kAddressesMax && !versions_.contains(uri)) {
    versions_.erase(versions_.begin());
  }
  versions_[uri] = kVersion311;
}

void VersionMemory::Forget(const std::string& uri) {
  MutexLock lock(mutex_);
  versions_.erase(uri);
}

}  // namespace trayline::mqtt
