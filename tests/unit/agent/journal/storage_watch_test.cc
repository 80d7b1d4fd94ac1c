// What the state of the storage is, and how it ends.
#include "agent/journal/storage_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trayline::journal {

namespace {

using event::StorageState;
using testing::HasSubstr;
using testing::IsEmpty;
using Lack = StorageWatch::Lack;

constexpr std::uint64_t kMib = 1024ULL * 1024;

StorageMeasure Healthy() {
  StorageMeasure measure;
  measure.file_bytes = 20 * kMib;
  measure.used_bytes = 10 * kMib;
  measure.database_limit_bytes = 100 * kMib;
  measure.free_bytes = 1000 * kMib;
  measure.reserve_held = true;
  return measure;
}

class StorageWatchStates : public testing::Test {
 protected:
  StorageWatchStates() { watch_.Measured(Healthy()); }
  StorageState Used(std::uint64_t mib) {
    StorageMeasure measure = Healthy();
    measure.used_bytes = mib * kMib;
    watch_.Measured(measure);
    return watch_.state();
  }
  StorageState Free(std::uint64_t mib) {
    StorageMeasure measure = Healthy();
    measure.free_bytes = mib * kMib;
    watch_.Measured(measure);
    return watch_.state();
  }

  StorageWatch watch_{{"/data/journal.db", 104 * kMib, 32 * kMib, true}};
};

TEST_F(StorageWatchStates, IsOkWithoutAReason) {
  const StorageStatus status = watch_.status();
  EXPECT_EQ(status.state, StorageState::kOk);
  EXPECT_THAT(status.reason, IsEmpty());
  EXPECT_EQ(status.file_bytes, 20 * kMib);
  EXPECT_EQ(status.used_bytes, 10 * kMib);
  EXPECT_EQ(status.quota_bytes, 104 * kMib);
  EXPECT_EQ(status.free_bytes, 1000 * kMib);
  EXPECT_TRUE(status.reserve_held);
  EXPECT_FALSE(watch_.IsAwaitingRecovery());
}

TEST_F(StorageWatchStates, IsLowFromThreeQuartersAndDoesNotFlap) {
  EXPECT_EQ(Used(74), StorageState::kOk);
  EXPECT_EQ(Used(75), StorageState::kLow);
  EXPECT_THAT(watch_.status().reason, HasSubstr("/data/journal.db uses 75 MiB of the 100 MiB"));
  EXPECT_EQ(Used(71), StorageState::kLow);
  EXPECT_EQ(Used(69), StorageState::kOk);
  EXPECT_EQ(Used(74), StorageState::kOk);
  EXPECT_FALSE(watch_.IsAwaitingRecovery());
}

TEST_F(StorageWatchStates, IsLowWhileLittleIsFreeAndDoesNotFlap) {
  EXPECT_EQ(Free(32), StorageState::kOk);
  EXPECT_EQ(Free(31), StorageState::kLow);
  EXPECT_THAT(watch_.status().reason, HasSubstr("only 31 MiB are free"));
  EXPECT_EQ(Free(38), StorageState::kLow);
  EXPECT_EQ(Free(41), StorageState::kOk);
}

TEST_F(StorageWatchStates, AFileSystemThatDoesNotTellChangesNothing) {
  StorageMeasure measure = Healthy();
  measure.free_bytes = std::nullopt;
  watch_.Measured(measure);
  EXPECT_EQ(watch_.state(), StorageState::kOk);
  EXPECT_EQ(Free(1), StorageState::kLow);
  watch_.Measured(measure);
  EXPECT_EQ(watch_.state(), StorageState::kLow);
}

TEST_F(StorageWatchStates, IsLowWithoutItsReserve) {
  StorageMeasure measure = Healthy();
  measure.reserve_held = false;
  watch_.Measured(measure);
  EXPECT_EQ(watch_.state(), StorageState::kLow);
  EXPECT_THAT(watch_.status().reason, HasSubstr("reserve"));
  StorageWatch without({"/data/journal.db", 104 * kMib, 32 * kMib, false});
  without.Measured(measure);
  EXPECT_EQ(without.state(), StorageState::kOk) << "none is wanted";
}

TEST_F(StorageWatchStates, AFullQuotaEndsWithRoomNotWithASmallWrite) {
  watch_.WriteFailed(Error{Errc::kFull, "database or disk is full"}, Lack::kQuota);
  EXPECT_EQ(watch_.state(), StorageState::kFull);
  EXPECT_THAT(watch_.status().reason, HasSubstr("/data/journal.db has reached its quota"));
  EXPECT_TRUE(watch_.IsAwaitingRecovery());
  watch_.Wrote(/*has_room=*/false);
  EXPECT_EQ(watch_.state(), StorageState::kFull);
  watch_.Wrote(/*has_room=*/true);
  EXPECT_EQ(watch_.state(), StorageState::kOk);
}

TEST_F(StorageWatchStates, AFullDeviceEndsWithAnyWrite) {
  watch_.WriteFailed(Error{Errc::kFull, "database or disk is full"}, Lack::kDevice);
  EXPECT_EQ(watch_.state(), StorageState::kFull);
  EXPECT_THAT(watch_.status().reason, HasSubstr("no space is left on the file system"));
  watch_.Wrote(/*has_room=*/false);
  EXPECT_EQ(watch_.state(), StorageState::kOk);
}

TEST_F(StorageWatchStates, AWalThatCannotBeCutNamesTheOtherProgram) {
  watch_.WriteFailed(Error{Errc::kFull, "busy"}, Lack::kWal);
  EXPECT_EQ(watch_.state(), StorageState::kFull);
  EXPECT_THAT(watch_.status().reason, HasSubstr("another program"));
}

TEST_F(StorageWatchStates, RecordingEndsEveryWriteFailure) {
  for (const Errc code : {Errc::kFull, Errc::kRetryLater, Errc::kRejected}) {
    watch_.WriteFailed(Error{code, "x"}, Lack::kQuota);
    EXPECT_NE(watch_.state(), StorageState::kOk);
    watch_.Recorded();
    EXPECT_EQ(watch_.state(), StorageState::kOk);
  }
}

TEST_F(StorageWatchStates, ADiskThatFailsIsBrokenUntilAWriteWorks) {
  watch_.WriteFailed(Error{Errc::kRetryLater, "COMMIT: disk I/O error (1034)"}, Lack::kDevice);
  EXPECT_EQ(watch_.state(), StorageState::kBroken);
  EXPECT_FALSE(watch_.status().corrupt);
  EXPECT_THAT(watch_.status().reason, HasSubstr("cannot be written: COMMIT: disk I/O error"));
  EXPECT_TRUE(watch_.IsAwaitingRecovery());
  watch_.Wrote(/*has_room=*/false);
  EXPECT_EQ(watch_.state(), StorageState::kOk);
}

TEST_F(StorageWatchStates, AReadFailureIsBrokenUntilAReadWorks) {
  watch_.ReadFailed(Error{Errc::kRetryLater, "disk I/O error (266)"});
  EXPECT_EQ(watch_.state(), StorageState::kBroken);
  EXPECT_THAT(watch_.status().reason, HasSubstr("cannot be read"));
  watch_.Recorded();
  watch_.Wrote(true);
  EXPECT_EQ(watch_.state(), StorageState::kBroken) << "writing says nothing about reading";
  watch_.Read();
  EXPECT_EQ(watch_.state(), StorageState::kOk);
}

TEST_F(StorageWatchStates, DamageStaysUntilItIsRecovered) {
  watch_.WriteFailed(Error{Errc::kCorrupt, "database disk image is malformed"}, Lack::kQuota);
  watch_.Recorded();
  watch_.Read();
  EXPECT_EQ(watch_.state(), StorageState::kBroken);
  EXPECT_TRUE(watch_.status().corrupt);
  EXPECT_THAT(watch_.status().reason, HasSubstr("damaged"));
  EXPECT_FALSE(watch_.IsAwaitingRecovery()) << "trying again does not mend it";
}

TEST_F(StorageWatchStates, ABugOfACallerSaysNothingAboutTheStorage) {
  watch_.WriteFailed(Error{Errc::kConflict, "the events do not follow"}, Lack::kQuota);
  watch_.ReadFailed(Error{Errc::kNotFound, "no such epoch"});
  EXPECT_EQ(watch_.state(), StorageState::kOk);
}

TEST_F(StorageWatchStates, CountsWhatIsGivenUp) {
  watch_.Shed({5, 2, 0});
  watch_.Shed({1, 0, 0});
  EXPECT_EQ(watch_.status().shed, (std::array<std::uint64_t, 3>{6, 2, 0}));
}

}  // namespace

}  // namespace trayline::journal
