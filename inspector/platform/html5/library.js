// The imports of host.h for Emscripten's linker: each passes on to the host that the page gave to this instance.
mergeInto(LibraryManager.library, {
  inspector_host_copy: function (offset, size, to) {
    return Module['host'].copy(offset, size >>> 0, to >>> 0);
  },
  inspector_host_region_bytes: function () {
    return Module['host'].regionBytes();
  },
  inspector_host_now_ms: function () {
    return Module['host'].nowMs();
  },
  inspector_host_set_clipboard: function (text, size) {
    return Module['host'].setClipboard(text, size);
  },
  inspector_host_choose_file: function () {
    return Module['host'].chooseFile();
  },
  inspector_host_save_file: function (name, nameSize, bytes, size) {
    return Module['host'].saveFile(name, nameSize, bytes, size);
  },
  inspector_host_frame_done: function (cursor, wantsText, x, y, lineHeight, wantsKeyboard) {
    return Module['host'].frameDone(cursor, wantsText !== 0, x, y, lineHeight, wantsKeyboard !== 0);
  },
  inspector_host_mirror: function (items, count) {
    return Module['host'].mirror(items >>> 0, count);
  },
  inspector_host_state_changed: function () {
    return Module['host'].stateChanged();
  },
  inspector_host_measure_font: function (pixels, ascent, descent) {
    return Module['host'].measureFont(pixels, ascent >>> 0, descent >>> 0);
  },
  inspector_host_measure_glyph: function (pixels, codePoint, metrics) {
    return Module['host'].measureGlyph(pixels, codePoint, metrics >>> 0);
  },
  inspector_host_draw_glyph: function (to, width, height, stride) {
    return Module['host'].drawGlyph(to >>> 0, width, height, stride);
  },
});
