// The frame around the panels, and what lies over it.
//
// Thread-safety: for the thread that draws.
#ifndef GLASSWAL_INSPECTOR_VIEW_SHELL_H_
#define GLASSWAL_INSPECTOR_VIEW_SHELL_H_

#include "model/model.h"
#include "view/state.h"
#include "view/ui.h"

namespace glasswal::inspector {

/// Everything: the bar above, the list of panels, the panel, the bar below, and what lies over
/// them.
void DrawShell(const Model& model, ViewState* state, Ui* ui);
/// The bar above.
void DrawTopBar(const Model& model, ViewState* state, Ui* ui);
/// Over everything, while open.
void DrawCommandPalette(const Model& model, ViewState* state, Ui* ui);
void DrawHelp(ViewState* state, Ui* ui);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_VIEW_SHELL_H_
