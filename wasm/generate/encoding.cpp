// wasm/ts/generated/encoding.ts: the numbers of wasm/module/encoding.h.
#include "module/encoding.h"

#include <cstddef>
#include <string>

#include "generate/print.h"
#include "module/pager_view.h"

namespace glasswal::generate {
namespace {

/// Where a field is, in units of its size: 4 bytes (AT_) or 8 (AT8_).
void Field(const std::string& struct_name, const char* field, size_t offset, size_t size) {
  Number((size == 8 ? "AT8_" : "AT_") + struct_name + Upper(field), offset / size);
}

}  // namespace

void PrintEncoding() {
  using namespace wasm;
#define GLASSWAL_PRINT(name, number) Number("TAG_" + Upper(#name), number);
  GLASSWAL_TAGS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
#define GLASSWAL_PRINT(name, number) Number(Upper(#name), number);
  GLASSWAL_ENCODING_FLAGS(GLASSWAL_PRINT)
  GLASSWAL_HOST_CALLS(GLASSWAL_PRINT)
  GLASSWAL_PAGER_FLAGS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT

  std::printf("\n/** Bytes of a Parameter: its tag and size, then eight bytes of value. */\n");
  Number("PARAMETER_BYTES", sizeof(Parameter));
  std::printf("/** Bytes before the tags of a row. */\n");
  Number("ROW_HEAD_BYTES", sizeof(RowHead));
  std::printf("/** Bytes of a BatchHeader. */\n");
  Number("HEADER_BYTES", sizeof(BatchHeader));
  std::printf("\n// Where the fields are: in units of 4 bytes (AT_) or of 8 (AT8_).\n");
#define GLASSWAL_PRINT(type, field) \
  Field("", #field, offsetof(BatchHeader, field), sizeof(BatchHeader::field));
  GLASSWAL_BATCH_HEADER(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
#define GLASSWAL_PRINT(type, field) \
  Field("TABLE_", #field, offsetof(TableShape, field), sizeof(TableShape::field));
  GLASSWAL_TABLE_SHAPE(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
#define GLASSWAL_PRINT(type, field) \
  Field("SCAN_", #field, offsetof(Scan, field), sizeof(Scan::field));
  GLASSWAL_SCAN(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
#define GLASSWAL_PRINT(type, field) \
  Field("TEXTS_", #field, offsetof(ComparedTexts, field), sizeof(ComparedTexts::field));
  GLASSWAL_COMPARED_TEXTS(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
#define GLASSWAL_PRINT(type, field) \
  Field("PAGER_", #field, offsetof(PagerView, field), sizeof(PagerView::field));
  GLASSWAL_PAGER_VIEW(GLASSWAL_PRINT)
#undef GLASSWAL_PRINT
  std::printf("\n/** Bytes of a PagerView. */\n");
  Number("PAGER_VIEW_BYTES", sizeof(PagerView));
}

}  // namespace glasswal::generate
