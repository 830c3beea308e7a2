// How messages name options to whoever runs this library: the JavaScript package compiles it, too,
// and its users never see the names of C++.
//
// Thread-safety: option_language is set before there is a second thread, or never; the rest is
// pure.
#ifndef GLASSWAL_VFS_PORT_OPTION_LANGUAGE_H_
#define GLASSWAL_VFS_PORT_OPTION_LANGUAGE_H_

#include <string>

#include "glasswal/option_names.h"

namespace glasswal::port {

/// The language that this program's users give options in.
inline OptionLanguage option_language = OptionLanguage::kCpp;

/// `option` as advice names it. A native region may have been made by C++ or by a URI, so both
/// names are said there.
inline std::string SayOption(Option option) {
  std::string text = NameOf(option, option_language);
  const std::string uri = NameOf(option, OptionLanguage::kUri);
  if (option_language == OptionLanguage::kCpp && !uri.empty() && uri != text) {
    text += " (in a URI " + uri + ")";
  }
  return text;
}

/// What to do about a file that is not there.
inline std::string SayHowToCreate() {
  return option_language == OptionLanguage::kJavaScript
             ? "create it, by opening it without readonly and fileMustExist"
             : "open it with SQLITE_OPEN_CREATE";
}

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_OPTION_LANGUAGE_H_
