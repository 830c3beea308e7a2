#include "module/rows.h"

#include <cstring>

#include "module/utf8.h"

namespace glasswal::wasm {
namespace {

constexpr int64_t kMaxSafeInteger = (int64_t{1} << 53) - 1;

constexpr uint32_t PadTo8(uint32_t size) { return (size + 7) & ~7U; }

template <typename T>
void Put(uint8_t* at, T value) {
  std::memcpy(at, &value, sizeof(value));
}

}  // namespace

RowWriter::RowWriter(void* buffer, uint32_t capacity, bool safe_integers)
    : base_(static_cast<uint8_t*>(buffer)),
      header_(static_cast<BatchHeader*>(buffer)),
      safe_integers_(safe_integers) {
  std::memset(header_, 0, sizeof(*header_));
  header_->capacity = capacity;
  header_->text_at = capacity;
  header_->flags = kBatchAscii;
}

bool RowWriter::Begin(int columns) {
  const auto count = static_cast<uint32_t>(columns);
  row_at_ = at_;
  row_text_at_ = header_->text_at;
  row_text_units_ = header_->text_units;
  row_flags_ = header_->flags;
  tag_at_ = at_ + sizeof(RowHead);
  slot_at_ = tag_at_ + PadTo8(count);
  const uint32_t end = slot_at_ + 8 * count;
  if (end > header_->text_at) return false;
  at_ = end;
  return true;
}

bool RowWriter::Add(sqlite3_value* value) {
  bool fits = true;
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      AddInteger(sqlite3_value_int64(value));
      break;
    case SQLITE_FLOAT:
      base_[tag_at_] = static_cast<uint8_t>(Tag::kNumber);
      Put(base_ + slot_at_, sqlite3_value_double(value));
      break;
    case SQLITE_TEXT:
      fits = AddText(value);
      break;
    case SQLITE_BLOB: {
      // The size comes first: asked for its bytes, a BLOB of zeros needs the memory for them.
      const auto size = static_cast<uint32_t>(sqlite3_value_bytes(value));
      if (PadTo8(size) > header_->text_at - at_) return false;
      const void* bytes = sqlite3_value_blob(value);
      lost_ = bytes == nullptr && size != 0;
      fits = !lost_ && AddBytes(Tag::kBlob, bytes, size);
      break;
    }
    default:
      base_[tag_at_] = static_cast<uint8_t>(Tag::kNull);
  }
  ++tag_at_;
  slot_at_ += 8;
  return fits;
}

void RowWriter::AddInteger(int64_t integer) {
  uint8_t* const slot = base_ + slot_at_;
  Tag tag;
  if (safe_integers_ || integer > kMaxSafeInteger || integer < -kMaxSafeInteger) {
    tag = Tag::kInt64;
    Put(slot, integer);
  } else if (integer == static_cast<int32_t>(integer)) {
    tag = Tag::kInt32;
    Put(slot, static_cast<int32_t>(integer));
  } else {
    tag = Tag::kNumber;
    Put(slot, static_cast<double>(integer));
  }
  base_[tag_at_] = static_cast<uint8_t>(tag);
}

bool RowWriter::AddText(sqlite3_value* value) {
  const uint8_t* text = sqlite3_value_text(value);
  lost_ = text == nullptr;
  if (lost_) return false;
  const auto size = static_cast<uint32_t>(sqlite3_value_bytes(value));
  if (size > header_->text_at - at_) return false;
  const uint32_t text_at = header_->text_at - size;
  const Utf8Measure measure = CopyUtf8(base_ + text_at, text, size);
  // The batch is decoded as one text, where a broken sequence would shift all that follows.
  if (!measure.valid) return AddBytes(Tag::kBadText, text, size);
  if (measure.utf16_units != size) header_->flags &= ~kBatchAscii;
  header_->text_at = text_at;
  header_->text_units += measure.utf16_units;
  base_[tag_at_] = static_cast<uint8_t>(Tag::kText);
  Put(base_ + slot_at_, header_->text_units);
  Put(base_ + slot_at_ + 4, measure.utf16_units);
  return true;
}

bool RowWriter::AddBytes(Tag tag, const void* bytes, uint32_t size_bytes) {
  if (PadTo8(size_bytes) > header_->text_at - at_) return false;
  if (size_bytes != 0) std::memcpy(base_ + at_, bytes, size_bytes);
  base_[tag_at_] = static_cast<uint8_t>(tag);
  Put(base_ + slot_at_, at_);
  Put(base_ + slot_at_ + 4, size_bytes);
  at_ += PadTo8(size_bytes);
  return true;
}

void RowWriter::Commit() {
  Put(base_ + row_at_, RowHead{.next = at_ / 8, .reserved = 0});
  ++header_->rows;
}

void RowWriter::Abandon() {
  at_ = row_at_;
  header_->text_at = row_text_at_;
  header_->text_units = row_text_units_;
  header_->flags = row_flags_;
}

}  // namespace glasswal::wasm
