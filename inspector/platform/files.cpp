#include "platform/files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>

namespace glasswal::inspector {
namespace {

struct Closer {
  void operator()(FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<FILE, Closer>;

Status SystemError(const std::string& path) {
  return Status(errno == ENOENT ? StatusCode::kNotFound : StatusCode::kSystem,
                path + ": " + std::strerror(errno));
}

/// Appends what the file has, `most_bytes` at the most; false after an error.
bool ReadMost(FILE* file, size_t most_bytes, std::vector<uint8_t>* bytes) {
  std::array<uint8_t, 65536> part;
  errno = 0;
  while (most_bytes > 0) {
    const size_t wanted = std::min(part.size(), most_bytes);
    const size_t size = std::fread(part.data(), 1, wanted, file);
    bytes->insert(bytes->end(), part.begin(), part.begin() + size);
    most_bytes -= size;
    if (size < wanted) break;
  }
  return std::ferror(file) == 0;
}

void Put32(uint32_t value, std::vector<uint8_t>* to) {
  for (int shift = 24; shift >= 0; shift -= 8) to->push_back(static_cast<uint8_t>(value >> shift));
}

uint32_t Crc(const uint8_t* data, size_t size) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> made{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t c = i;
      for (int k = 0; k < 8; ++k) c = (c & 1) != 0 ? 0xedb88320 ^ c >> 1 : c >> 1;
      made[i] = c;
    }
    return made;
  }();
  uint32_t crc = 0xffffffff;
  for (size_t i = 0; i < size; ++i) crc = table[(crc ^ data[i]) & 0xff] ^ crc >> 8;
  return ~crc;
}

void PutChunk(const char* type, const std::vector<uint8_t>& data, std::vector<uint8_t>* png) {
  Put32(static_cast<uint32_t>(data.size()), png);
  const size_t begin = png->size();
  png->insert(png->end(), type, type + 4);
  png->insert(png->end(), data.begin(), data.end());
  Put32(Crc(png->data() + begin, png->size() - begin), png);
}

/// The bytes as a zlib stream of stored blocks.
std::vector<uint8_t> Store(const std::vector<uint8_t>& raw) {
  std::vector<uint8_t> stream = {0x78, 0x01};
  constexpr size_t kMost = 65535;
  for (size_t at = 0; at < raw.size(); at += kMost) {
    const size_t size = std::min(kMost, raw.size() - at);
    stream.push_back(at + size == raw.size() ? 1 : 0);
    for (const size_t number : {size, ~size}) {
      stream.push_back(static_cast<uint8_t>(number));
      stream.push_back(static_cast<uint8_t>(number >> 8));
    }
    const auto begin = raw.begin() + static_cast<std::ptrdiff_t>(at);
    stream.insert(stream.end(), begin, begin + static_cast<std::ptrdiff_t>(size));
  }
  uint32_t a = 1;
  uint32_t b = 0;
  for (const uint8_t byte : raw) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  Put32(b << 16 | a, &stream);
  return stream;
}

}  // namespace

Result<std::vector<uint8_t>> ReadFile(const std::string& path, std::string_view beginning) {
  std::error_code failure;
  const auto kind = std::filesystem::status(path, failure).type();
  if (kind != std::filesystem::file_type::regular &&
      kind != std::filesystem::file_type::not_found) {
    // Opening a FIFO waits for a writer.
    return Status(StatusCode::kSystem, path + " is no regular file.");
  }
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return SystemError(path);
  std::vector<uint8_t> bytes;
  try {
    if (!ReadMost(file.get(), beginning.size(), &bytes)) return SystemError(path);
    if (bytes.size() < beginning.size() ||
        std::memcmp(bytes.data(), beginning.data(), beginning.size()) != 0) {
      return Status(StatusCode::kCorrupt,
                    path + " is no capture or damaged: it does not begin with \"" +
                        std::string(beginning) + "\".");
    }
    if (!ReadMost(file.get(), SIZE_MAX, &bytes)) return SystemError(path);
  } catch (const std::bad_alloc&) {
    return Status(StatusCode::kFull, path + " does not fit into this process's memory.");
  }
  return bytes;
}

Status WriteFile(const std::string& path, const std::vector<uint8_t>& bytes) {
  File file(std::fopen(path.c_str(), "wb"));
  if (!file) return SystemError(path);
  const bool whole = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
  if (!whole || std::fclose(file.release()) != 0) return SystemError(path);
  return Status::Ok();
}

std::vector<uint8_t> ToPng(const std::vector<uint8_t>& rgba, uint32_t width, uint32_t height) {
  std::vector<uint8_t> png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  std::vector<uint8_t> head;
  Put32(width, &head);
  Put32(height, &head);
  head.insert(head.end(), {8, 2, 0, 0, 0});  // Eight bits each of red, green and blue.
  PutChunk("IHDR", head, &png);
  std::vector<uint8_t> rows;
  rows.reserve((size_t{width} * 3 + 1) * height);
  for (uint32_t y = 0; y < height; ++y) {
    rows.push_back(0);  // No filter.
    for (uint32_t x = 0; x < width; ++x) {
      const uint8_t* pixel = &rgba[(size_t{y} * width + x) * 4];
      rows.insert(rows.end(), pixel, pixel + 3);
    }
  }
  PutChunk("IDAT", Store(rows), &png);
  PutChunk("IEND", {}, &png);
  return png;
}

}  // namespace glasswal::inspector
