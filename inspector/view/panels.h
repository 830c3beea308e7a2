// The panels. Each draws one aspect of the model into the space that is left in the current window,
// changes nothing but its own part of the state, and asks for everything else by a command.
//
// The model holds a snapshot when a panel is called.
//
// Thread-safety: for the thread that draws.
#ifndef GLASSWAL_INSPECTOR_VIEW_PANELS_H_
#define GLASSWAL_INSPECTOR_VIEW_PANELS_H_

#include "model/model.h"
#include "view/state.h"
#include "view/ui.h"

namespace glasswal::inspector {

void DrawOverview(const Model& model, ViewState* state, Ui* ui);
void DrawFindings(const Model& model, ViewState* state, Ui* ui);
void DrawSegments(const Model& model, ViewState* state, Ui* ui);
void DrawFiles(const Model& model, ViewState* state, Ui* ui);
void DrawLocks(const Model& model, ViewState* state, Ui* ui);
void DrawTimeline(const Model& model, ViewState* state, Ui* ui);
void DrawClients(const Model& model, ViewState* state, Ui* ui);
void DrawWal(const Model& model, ViewState* state, Ui* ui);
void DrawRecoveries(const Model& model, ViewState* state, Ui* ui);
void DrawThroughput(const Model& model, ViewState* state, Ui* ui);
void DrawEvents(const Model& model, ViewState* state, Ui* ui);
void DrawPages(const Model& model, ViewState* state, Ui* ui);
void DrawCompare(const Model& model, ViewState* state, Ui* ui);
void DrawLog(const Model& model, ViewState* state, Ui* ui);

/// The panel that is shown.
void DrawPanel(const Model& model, ViewState* state, Ui* ui);

/// Everything: the bar above, the list of panels, the panel, the bar below, and what lies over
/// them.
void DrawShell(const Model& model, ViewState* state, Ui* ui);
/// Over everything, while open.
void DrawCommandPalette(const Model& model, ViewState* state, Ui* ui);
void DrawHelp(ViewState* state, Ui* ui);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_VIEW_PANELS_H_
