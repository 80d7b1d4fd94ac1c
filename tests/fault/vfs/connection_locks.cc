#include "tests/fault/vfs/connection_locks.h"

#include <sqlite3.h>

namespace trayline::fault {

static_assert(kShmSlots == SQLITE_SHM_NLOCK);

int ConnectionLocks::Lock(Holder& holder, int level) {
  if (holder.level >= level) return SQLITE_OK;
  const bool other_writes = writer_ != nullptr && writer_ != &holder;
  if (level == SQLITE_LOCK_SHARED) {
    if (other_writes && writer_->level >= SQLITE_LOCK_PENDING) return SQLITE_BUSY;
    ++shared_;
    holder.level = SQLITE_LOCK_SHARED;
    return SQLITE_OK;
  }
  if (other_writes) return SQLITE_BUSY;
  writer_ = &holder;
  if (level == SQLITE_LOCK_EXCLUSIVE && shared_ > 1) {
    holder.level = SQLITE_LOCK_PENDING;  // keeps new readers out until the others have gone
    return SQLITE_BUSY;
  }
  holder.level = level;
  return SQLITE_OK;
}

void ConnectionLocks::Unlock(Holder& holder, int level) {
  if (holder.level <= level) return;
  if (writer_ == &holder) writer_ = nullptr;
  if (level == SQLITE_LOCK_NONE) --shared_;
  holder.level = level;
}

int ConnectionLocks::ShmLock(Holder& holder, int first, int count, int flags) {
  if ((flags & SQLITE_SHM_UNLOCK) != 0) {
    for (int slot = first; slot < first + count; ++slot) ShmUnlock(holder, slot);
    return SQLITE_OK;
  }
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  const auto begin = static_cast<std::size_t>(first);
  const std::size_t end = begin + static_cast<std::size_t>(count);
  for (std::size_t slot = begin; slot < end; ++slot) {
    const bool other_exclusive =
        shm_exclusive_.at(slot) != nullptr && shm_exclusive_.at(slot) != &holder;
    const int other_shared = shm_shared_.at(slot) - (holder.shared.at(slot) ? 1 : 0);
    if (other_exclusive || (exclusive && other_shared > 0)) return SQLITE_BUSY;
  }
  for (std::size_t slot = begin; slot < end; ++slot) {
    if (exclusive) {
      shm_exclusive_.at(slot) = &holder;
      holder.exclusive.at(slot) = true;
    } else if (!holder.shared.at(slot)) {
      ++shm_shared_.at(slot);
      holder.shared.at(slot) = true;
    }
  }
  return SQLITE_OK;
}

void ConnectionLocks::ShmUnlock(Holder& holder, int slot) {
  const auto at = static_cast<std::size_t>(slot);
  if (holder.shared.at(at)) --shm_shared_.at(at);
  if (holder.exclusive.at(at)) shm_exclusive_.at(at) = nullptr;
  holder.shared.at(at) = false;
  holder.exclusive.at(at) = false;
}

void* ConnectionLocks::ShmMap(Holder& holder, int region, int size, bool extend) {
  if (!holder.mapped) {
    holder.mapped = true;
    ++mapped_;
  }
  const auto wanted = static_cast<std::size_t>(region) + 1;
  if (regions_.size() < wanted && !extend) return nullptr;
  while (regions_.size() < wanted) {
    regions_.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  }
  return regions_[wanted - 1].get();
}

void ConnectionLocks::ShmUnmap(Holder& holder) {
  if (!holder.mapped) return;
  for (int slot = 0; slot < kShmSlots; ++slot) ShmUnlock(holder, slot);
  holder.mapped = false;
  if (--mapped_ == 0) regions_.clear();
}

}  // namespace trayline::fault
