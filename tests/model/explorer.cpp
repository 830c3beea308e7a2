#include "model/explorer.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <unordered_set>

#include "model/fiber.h"
#include "port/point.h"
#include "port/simulation.h"

namespace glasswal::model {
namespace {

constexpr uint64_t kStartNs = 1'000'000'000;
constexpr int kNobody = -1;

enum class State : uint32_t { kRunnable, kAsleep, kDone, kDead };

struct Client {
  State state = State::kRunnable;
  const char* point = "start";                   // Where it stands.
  const port::Atomic<uint32_t>* word = nullptr;  // What it sleeps on,
  uint64_t deadline_ns = 0;                      // and until when at most.
  uint32_t subjects = 0;                         // Of a recovery: whom it recovers from.
  std::function<void()> body;
};

// What may happen next.
struct Option {
  enum Kind { kRun, kTimeOut, kKill } kind;
  int client;
};

class Explorer final : public port::Simulation {
 public:
  Explorer(const Scenario& scenario, const Limits& limits);
  ~Explorer() override;

  Report Run();
  Report RunOnce(const Decisions& decisions);
  uint32_t Decide(uint32_t options);

  int current_client() const { return is_running_ ? current_ : kNobody; }

  uint64_t NowNs() override { return now_ns_; }
  void FutexWait(const port::Atomic<uint32_t>* word, uint32_t expected,
                 uint64_t timeout_ns) override;
  void FutexWake(const port::Atomic<uint32_t>* word, uint32_t count) override;

 private:
  struct Decision {
    uint16_t taken;
    uint16_t options;
  };
  enum class End { kCompleted, kMerged, kFailed };

  static void AtPoint(const char* name, void* context);
  void Reset();
  End RunSchedule();
  bool NextSchedule();
  End Finish();
  End Fail(const std::string& what);
  void ListOptions();
  void ListTimeouts();
  bool IsKnownState();
  void Apply(const Option& option);
  void RunStep(int client);
  void Kill(int client);
  void AddClient(std::function<void()> body, uint32_t subjects);
  void Note(const std::string& what) { trace_.push_back(what); }
  std::string Name(int client) const;
  Report TakeReport(bool complete);

  const Scenario& scenario_;
  const Limits limits_;
  Report report_;
  std::vector<Decision> path_;  // The decisions of this schedule,
  size_t cursor_ = 0;           // of which this many have been taken.
  std::unordered_set<uint64_t> known_;
  std::vector<std::unique_ptr<Fiber>> fibers_;  // By client; kept from schedule to schedule.
  std::vector<Client> clients_;
  std::vector<Option> options_;
  std::vector<std::string> trace_;
  bool traces_ = false;
  int current_ = kNobody;  // Who ran last.
  bool is_running_ = false;
  int preemptions_ = 0;
  int deaths_ = 0;
  int timeouts_ = 0;
  uint64_t now_ns_ = 0;
};

Explorer* running_explorer = nullptr;

Explorer::Explorer(const Scenario& scenario, const Limits& limits)
    : scenario_(scenario), limits_(limits) {
  // A recovery may die as well, so there can be as many more clients as deaths. Their records must
  // not move, because the fibers point to the bodies in them.
  clients_.reserve(scenario.clients.size() + static_cast<size_t>(limits.deaths));
  port::SetSimulation(this);
  port::SetPointHook(&Explorer::AtPoint, this);
  running_explorer = this;
}

Explorer::~Explorer() {
  port::SetSimulation(nullptr);
  port::SetPointHook(nullptr, nullptr);
  running_explorer = nullptr;
}

Report Explorer::Run() {
  for (;;) {
    const End end = RunSchedule();
    ++report_.schedules;
    if (end == End::kCompleted) ++report_.completed;
    if (end == End::kFailed) {
      // The same once more, this time writing down the steps.
      for (const Decision& decision : path_) report_.decisions.push_back(decision.taken);
      TakeReport(false);
      report_.failure = RunOnce(report_.decisions).failure;
      return report_;
    }
    if (!NextSchedule()) return TakeReport(true);
    if (limits_.schedules != 0 && report_.schedules >= limits_.schedules) return TakeReport(false);
  }
}

Report Explorer::RunOnce(const Decisions& decisions) {
  path_.clear();
  // The number of options becomes known when the decision is reached.
  for (const uint16_t taken : decisions) path_.push_back({taken, 0});
  known_.clear();
  traces_ = true;
  trace_.clear();
  const End end = RunSchedule();
  Report report;
  report.schedules = 1;
  report.completed = end == End::kCompleted ? 1 : 0;
  report.decisions = decisions;
  for (const std::string& line : trace_) report.failure += line + "\n";
  return report;
}

Report Explorer::TakeReport(bool complete) {
  report_.complete = complete;
  report_.states = known_.size();
  return report_;
}

void Explorer::Reset() {
  clients_.clear();
  cursor_ = 0;
  current_ = kNobody;
  is_running_ = false;
  preemptions_ = 0;
  deaths_ = 0;
  timeouts_ = 0;
  now_ns_ = kStartNs;
  scenario_.reset();
  for (const auto& client : scenario_.clients) AddClient(client, 0);
}

void Explorer::AddClient(std::function<void()> body, uint32_t subjects) {
  clients_.emplace_back();
  Client& client = clients_.back();
  client.body = std::move(body);
  client.subjects = subjects;
  if (fibers_.size() < clients_.size()) fibers_.push_back(std::make_unique<Fiber>());
  fibers_[clients_.size() - 1]->Start(&client.body);
}

Explorer::End Explorer::RunSchedule() {
  Reset();
  for (uint32_t step = 0; step < limits_.steps; ++step) {
    ListOptions();
    if (options_.empty()) return Finish();
    uint32_t taken = 0;
    if (options_.size() > 1) {
      if (cursor_ >= path_.size() && IsKnownState()) return End::kMerged;
      taken = Decide(static_cast<uint32_t>(options_.size()));
    }
    Apply(options_[taken]);
    // What leads to the last decision was looked at by the schedule that first came this way.
    const bool is_known_way = cursor_ < path_.size() && !traces_;
    if (is_known_way || !scenario_.invariant) continue;
    const std::string broken = scenario_.invariant();
    if (!broken.empty()) return Fail(broken);
  }
  return Fail("livelock: nobody was done after " + std::to_string(limits_.steps) + " steps");
}

// Nobody can run.
Explorer::End Explorer::Finish() {
  std::string sleepers;
  for (size_t i = 0; i < clients_.size(); ++i) {
    if (clients_[i].state == State::kAsleep) sleepers.append(" ").append(Name(static_cast<int>(i)));
  }
  if (!sleepers.empty()) return Fail("a lost wake-up: nobody will wake" + sleepers);
  const std::string broken = scenario_.at_end ? scenario_.at_end() : std::string();
  return broken.empty() ? End::kCompleted : Fail("at the end: " + broken);
}

Explorer::End Explorer::Fail(const std::string& what) {
  if (traces_) {
    std::string decisions;
    for (size_t i = 0; i < cursor_; ++i) {
      decisions += i == 0 ? "" : ",";
      decisions += std::to_string(path_[i].taken);
    }
    Note("FAILED: " + what);
    Note("decisions: " + decisions);
  }
  // What was decided beyond the failure belongs to an earlier schedule.
  path_.resize(cursor_);
  return End::kFailed;
}

// Goes on to the next list of decisions: the last decision that has an untried option takes it.
bool Explorer::NextSchedule() {
  path_.resize(cursor_);
  while (!path_.empty() && path_.back().taken + 1 >= path_.back().options) path_.pop_back();
  if (path_.empty()) return false;
  ++path_.back().taken;
  return true;
}

uint32_t Explorer::Decide(uint32_t options) {
  if (options <= 1) return 0;
  if (cursor_ == path_.size()) path_.push_back({0, 0});
  Decision& decision = path_[cursor_++];
  decision.options = static_cast<uint16_t>(options);
  // A replayed list may come from another build; it must not lead out of the options.
  return std::min<uint32_t>(decision.taken, options - 1);
}

// The current client comes first, so that the first schedule has no preemption and the last options
// are the rarest: a timeout, a death.
void Explorer::ListOptions() {
  options_.clear();
  const bool goes_on =
      current_ != kNobody && clients_[static_cast<size_t>(current_)].state == State::kRunnable;
  const bool may_switch = !goes_on || limits_.preemptions < 0 || preemptions_ < limits_.preemptions;
  if (goes_on) options_.push_back({Option::kRun, current_});
  for (int i = 0; may_switch && i < static_cast<int>(clients_.size()); ++i) {
    if (i == current_ && goes_on) continue;
    if (clients_[static_cast<size_t>(i)].state == State::kRunnable) {
      options_.push_back({Option::kRun, i});
    }
  }
  const bool is_stuck = options_.empty();
  if (is_stuck ? limits_.time_passes : may_switch && timeouts_ < limits_.timeouts) ListTimeouts();
  // One that is not the current client could have been killed when it was, with the same effect.
  if (goes_on && deaths_ < limits_.deaths) options_.push_back({Option::kKill, current_});
}

// Time passes in one order for all: only the earliest deadline can be next.
void Explorer::ListTimeouts() {
  uint64_t earliest_ns = std::numeric_limits<uint64_t>::max();
  for (const Client& client : clients_) {
    if (client.state == State::kAsleep) earliest_ns = std::min(earliest_ns, client.deadline_ns);
  }
  for (int i = 0; i < static_cast<int>(clients_.size()); ++i) {
    const Client& client = clients_[static_cast<size_t>(i)];
    if (client.state == State::kAsleep && client.deadline_ns == earliest_ns) {
      options_.push_back({Option::kTimeOut, i});
    }
  }
}

bool Explorer::IsKnownState() {
  if (scenario_.memory.empty()) return false;
  uint64_t hash = now_ns_;
  for (const auto& part : scenario_.memory) hash = HashBytes(part.data(), part.size(), hash);
  const int explorer_state[] = {current_, preemptions_, deaths_, timeouts_};
  hash = HashBytes(explorer_state, sizeof(explorer_state), hash);
  for (size_t i = 0; i < clients_.size(); ++i) {
    const Client& client = clients_[i];
    const bool lives = client.state == State::kRunnable || client.state == State::kAsleep;
    const bool sleeps = client.state == State::kAsleep;
    const uint64_t facts[] = {static_cast<uint64_t>(client.state),
                              lives ? fibers_[i]->HashStack() : 0,
                              sleeps ? reinterpret_cast<uintptr_t>(client.word) : 0,
                              sleeps ? client.deadline_ns : 0, client.subjects};
    hash = HashBytes(facts, sizeof(facts), hash);
  }
  return !known_.insert(hash).second;
}

void Explorer::Apply(const Option& option) {
  const bool left_somebody = current_ != kNobody && option.client != current_ &&
                             clients_[static_cast<size_t>(current_)].state == State::kRunnable;
  if (left_somebody) ++preemptions_;
  switch (option.kind) {
    case Option::kKill:
      return Kill(option.client);
    case Option::kTimeOut: {
      Client& client = clients_[static_cast<size_t>(option.client)];
      now_ns_ = std::max(now_ns_, client.deadline_ns);
      client.state = State::kRunnable;
      // Those of a standstill are not counted: nothing else could have happened.
      if (options_.front().kind == Option::kRun) ++timeouts_;
      if (traces_) Note(Name(option.client) + "'s sleep times out");
      break;
    }
    case Option::kRun:
      break;
  }
  RunStep(option.client);
}

void Explorer::RunStep(int client) {
  const auto index = static_cast<size_t>(client);
  if (traces_) Note(Name(client) + " goes on from " + clients_[index].point);
  ++report_.steps;
  current_ = client;
  is_running_ = true;
  fibers_[index]->Resume();
  is_running_ = false;
  if (fibers_[index]->is_done()) {
    clients_[index].state = State::kDone;
    if (traces_) Note(Name(client) + " is done");
  }
}

void Explorer::Kill(int client) {
  Client& victim = clients_[static_cast<size_t>(client)];
  victim.state = State::kDead;
  ++deaths_;
  ++report_.deaths;
  if (traces_) Note(Name(client) + " dies at " + victim.point);
  if (!scenario_.recover) return;
  const uint32_t dead = uint32_t{1} << client | victim.subjects;
  AddClient([this, dead] { scenario_.recover(dead); }, dead);
}

std::string Explorer::Name(int client) const {
  const auto index = static_cast<size_t>(client);
  return (index < scenario_.clients.size() ? "client " : "recovery ") + std::to_string(client);
}

void Explorer::AtPoint(const char* name, void* context) {
  auto* const self = static_cast<Explorer*>(context);
  // The scenario's own functions run the product's code too, but not as a client.
  if (!self->is_running_) return;
  const auto index = static_cast<size_t>(self->current_);
  self->clients_[index].point = name;
  if (self->scenario_.before_switch) self->scenario_.before_switch();
  self->fibers_[index]->Pause();
}

void Explorer::FutexWait(const port::Atomic<uint32_t>* word, uint32_t expected,
                         uint64_t timeout_ns) {
  if (!is_running_) return;
  // The system compares with the newest value, whatever the client may see.
  is_running_ = false;
  const bool has_changed = word->load() != expected;
  is_running_ = true;
  if (has_changed) return;
  const auto index = static_cast<size_t>(current_);
  Client& client = clients_[index];
  client.state = State::kAsleep;
  client.point = "its sleep";
  client.word = word;
  client.deadline_ns =
      now_ns_ + std::min(timeout_ns, std::numeric_limits<uint64_t>::max() - now_ns_);
  fibers_[index]->Pause();
}

// Which of several sleepers is woken is the system's business, so each of them is.
void Explorer::FutexWake(const port::Atomic<uint32_t>* word, uint32_t count) {
  for (uint32_t woken = 0; woken < count; ++woken) {
    std::vector<size_t> sleepers;
    for (size_t i = 0; i < clients_.size(); ++i) {
      if (clients_[i].state == State::kAsleep && clients_[i].word == word) sleepers.push_back(i);
    }
    if (sleepers.empty()) return;
    const bool wakes_all = count - woken >= sleepers.size();
    const auto options = static_cast<uint32_t>(sleepers.size());
    const size_t chosen = sleepers[wakes_all ? 0 : Decide(options)];
    clients_[chosen].state = State::kRunnable;
    if (traces_) Note(Name(static_cast<int>(chosen)) + " is woken");
  }
}

}  // namespace

Report Explore(const Scenario& scenario, const Limits& limits) {
  return Explorer(scenario, limits).Run();
}

Report Replay(const Scenario& scenario, const Limits& limits, const Decisions& decisions) {
  return Explorer(scenario, limits).RunOnce(decisions);
}

uint32_t Choose(uint32_t options) { return running_explorer->Decide(options); }

int CurrentClient() {
  return running_explorer != nullptr ? running_explorer->current_client() : kNobody;
}

}  // namespace glasswal::model
