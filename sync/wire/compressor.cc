#include "sync/wire/compressor.h"

#include <zstd.h>

#include "agent/base/check.h"

namespace trayline::wire {
namespace {

constexpr int kLevel = 3;
// Tables for inputs of 64 KB at most: a frame of 12 KB seldom comes from more, and a rare large one
// must not leave larger tables behind on a small terminal.
constexpr int kWindowLog = 16;
constexpr int kHashLog = 13;
constexpr int kChainLog = 13;
// A reader needs no larger window than a whole frame may be.
constexpr int kWindowLogMax = 20;
constexpr std::string_view kMagic("\x28\xB5\x2F\xFD", 4);

bool Took(std::size_t code) { return ZSTD_isError(code) == 0; }

}  // namespace

struct Compressor::Impl {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ~Impl() { ZSTD_freeCCtx(context); }
};

Compressor::Compressor(std::string_view dictionary) : impl_(std::make_unique<Impl>()) {
  TRAYLINE_CHECK(impl_->context != nullptr);
  const auto set = [&](ZSTD_cParameter parameter, int value) {
    TRAYLINE_CHECK(Took(ZSTD_CCtx_setParameter(impl_->context, parameter, value)));
  };
  set(ZSTD_c_compressionLevel, kLevel);
  set(ZSTD_c_windowLog, kWindowLog);
  set(ZSTD_c_hashLog, kHashLog);
  set(ZSTD_c_chainLog, kChainLog);
  set(ZSTD_c_checksumFlag, 0);
  set(ZSTD_c_dictIDFlag, 0);
  if (dictionary.empty()) return;
  TRAYLINE_CHECK(
      Took(ZSTD_CCtx_loadDictionary(impl_->context, dictionary.data(), dictionary.size())));
}
Compressor::~Compressor() = default;

bool Compressor::Compress(std::string_view in, std::string& out) {
  out.resize(ZSTD_compressBound(in.size()));
  const std::size_t size =
      ZSTD_compress2(impl_->context, out.data(), out.size(), in.data(), in.size());
  if (!Took(size)) return false;
  TRAYLINE_CHECK(out.starts_with(kMagic));
  out.resize(size);
  out.erase(0, kMagic.size());
  return true;
}

std::size_t Compressor::MemoryBytes() const { return ZSTD_sizeof_CCtx(impl_->context); }

struct Decompressor::Impl {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  std::string whole;  // with the four bytes put back
  ~Impl() { ZSTD_freeDCtx(context); }
};

Decompressor::Decompressor(std::string_view dictionary) : impl_(std::make_unique<Impl>()) {
  TRAYLINE_CHECK(impl_->context != nullptr);
  TRAYLINE_CHECK(Took(ZSTD_DCtx_setParameter(impl_->context, ZSTD_d_windowLogMax, kWindowLogMax)));
  if (dictionary.empty()) return;
  TRAYLINE_CHECK(
      Took(ZSTD_DCtx_loadDictionary(impl_->context, dictionary.data(), dictionary.size())));
}
Decompressor::~Decompressor() = default;

bool Decompressor::Decompress(std::string_view in, std::size_t limit, std::string& out) {
  out.clear();
  impl_->whole.assign(kMagic);
  impl_->whole.append(in);
  const std::string& whole = impl_->whole;
  const unsigned long long size = ZSTD_getFrameContentSize(whole.data(), whole.size());
  // Our writer always says the size (the two error values are huge numbers).
  if (size > limit) return false;
  // One frame and nothing behind it, which zstd would take for a second one.
  if (ZSTD_findFrameCompressedSize(whole.data(), whole.size()) != whole.size()) return false;
  out.resize(static_cast<std::size_t>(size));
  const std::size_t got =
      ZSTD_decompressDCtx(impl_->context, out.data(), out.size(), whole.data(), whole.size());
  return Took(got) && got == out.size();
}

std::size_t Decompressor::MemoryBytes() const { return ZSTD_sizeof_DCtx(impl_->context); }

}  // namespace trayline::wire
