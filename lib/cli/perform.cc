// The run lives on its loop's thread. This thread only reads: events come over a queue, signals over a pipe,
// the person's answers over stdin, and one poll waits for all of them.
#include "cli/perform.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "cli/view.h"
#include "cli/words.h"
#include "ninefold/status.h"

namespace ninefold::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kFrame = std::chrono::milliseconds(67);  // 15 a second
constexpr auto kSpin = std::chrono::milliseconds(100);  // while nothing happens

Clock::time_point program_start = Clock::now();

struct Question {
  std::string text;
  std::promise<std::string> answer;
};

// What the run's threads hand to this one.
class Inbox {
 public:
  Inbox() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Inbox() { ::close(fd_); }
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;
  int fd() const { return fd_; }

  void Put(const Event& event) {
    std::lock_guard lock(mutex_);
    if (!first_) first_ = SinceStart();
    events_.push_back(event);
    if (events_.size() == 1) Wake();
  }
  // Blocks until the person has answered, or will not.
  std::string Ask(std::string_view text) {
    std::future<std::string> answer;
    {
      std::lock_guard lock(mutex_);
      if (closed_) return "";
      Question& question = questions_.emplace_back();
      question.text = text;
      answer = question.answer.get_future();
      Wake();
    }
    return answer.get();
  }
  std::deque<Event> TakeEvents() {
    std::uint64_t count;
    (void)!::read(fd_, &count, sizeof count);
    std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }
  std::optional<Question> TakeQuestion() {
    std::lock_guard lock(mutex_);
    if (questions_.empty()) return std::nullopt;
    std::optional<Question> question(std::move(questions_.front()));
    questions_.pop_front();
    return question;
  }
  // From now on nobody is asked.
  void CloseQuestions() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    for (Question& question : questions_) question.answer.set_value("");
    questions_.clear();
  }
  std::optional<absl::Duration> first() {
    std::lock_guard lock(mutex_);
    return first_;
  }

 private:
  void Wake() {
    const std::uint64_t one = 1;
    (void)!::write(fd_, &one, sizeof one);
  }

  const int fd_;
  std::mutex mutex_;
  std::deque<Event> events_;
  std::deque<Question> questions_;
  std::optional<absl::Duration> first_;
  bool closed_ = false;
};

std::unique_ptr<View> ChooseView(Show show) {
  if (show == Show::kQuiet) return nullptr;
  return show == Show::kAuto && LookAt(STDERR_FILENO).is_terminal ? LiveView() : PlainView();
}

class Performer {
 public:
  Performer(Performance& performance, Inbox& inbox)
      : p_(performance), inbox_(inbox), view_(ChooseView(performance.show)) {}

  void Watch(RunHandle& run) {
    while (!ended_) {
      Wait();
      ReadSignals(run);
      ReadEvents();
      AskPerson();
      Draw(false);
      if (run.done()) ended_ = true;
    }
    inbox_.CloseQuestions();
    if (question_) Answer("");
  }
  void Finish() {
    ReadEvents();
    Draw(true);
  }
  const TaskTree& tree() const { return tree_; }

 private:
  void Wait() {
    pollfd ready[3] = {{inbox_.fd(), POLLIN, 0}, {signals_.fd(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    const int timeout = view_ != nullptr && view_->moves() && !question_ ? int(kFrame.count()) : 250;
    ::poll(ready, question_ ? 3 : 2, timeout);
    if (question_ && (ready[2].revents & (POLLIN | POLLHUP | POLLERR)) != 0) ReadAnswer();
  }

  void ReadSignals(RunHandle& run) {
    signals_.Clear();
    if (signals_.stop() == 0 || stopping_) return;
    stopping_ = true;
    run.Cancel();
    inbox_.CloseQuestions();
    if (question_) Answer("");
    if (view_ != nullptr) view_->Note("stopping; once more to leave at once");
  }

  void ReadEvents() {
    const std::deque<Event> events = inbox_.TakeEvents();
    for (const Event& event : events) {
      if (!offset_) offset_ = event.time - Steady();
      tree_.Add(event);
      if (p_.trace != nullptr) p_.trace->Add(event);
      if (view_ != nullptr && !question_) view_->OnEvent(event, tree_);
      if (std::holds_alternative<event::RunEnded>(event.body)) ended_ = true;
    }
    dirty_ = dirty_ || !events.empty();
    if (p_.trace != nullptr && !events.empty()) p_.trace->Flush();
  }

  void AskPerson() {
    if (question_ || stopping_) return;
    question_ = inbox_.TakeQuestion();
    if (!question_) return;
    if (view_ != nullptr) view_->Clear();
    Say(absl::StrCat("? ", EscapeForTerminal(question_->text, false), " [yes/no] "));
  }
  void ReadAnswer() {
    char buffer[1024];
    const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
    std::string text(buffer, std::size_t(std::max<ssize_t>(0, size)));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
      text.pop_back();
    Answer(text);
  }
  void Answer(std::string text) {
    question_->answer.set_value(std::move(text));
    question_.reset();
  }

  void Draw(bool last) {
    if (view_ == nullptr || question_ || !offset_) return;
    const auto now = Clock::now();
    if (!last && now - drawn_ < (dirty_ ? kFrame : kSpin)) return;
    drawn_ = now, dirty_ = false;
    view_->Draw(tree_, Steady() + *offset_, last);
  }
  static absl::Time Steady() { return absl::UnixEpoch() + absl::FromChrono(Clock::now().time_since_epoch()); }

  Performance& p_;
  Inbox& inbox_;
  Signals signals_;
  std::unique_ptr<View> view_;
  TaskTree tree_;
  std::optional<Question> question_;
  std::optional<absl::Duration> offset_;  // from this thread's clock to the events'
  Clock::time_point drawn_{};
  bool dirty_ = false, stopping_ = false, ended_ = false;
};

}  // namespace

void NoteStart() { program_start = Clock::now(); }
absl::Duration SinceStart() { return absl::FromChrono(Clock::now() - program_start); }

Performed Perform(Performance performance) {
  Inbox inbox;
  Performer performer(performance, inbox);
  performance.options.on_event = [&inbox](const Event& event) { inbox.Put(event); };
  const bool can_ask = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
  if (can_ask)
    performance.options.on_ask = [&inbox](std::string_view question) { return inbox.Ask(question); };
  Performed performed;
  {
    Runtime runtime({.store = performance.store.store});
    RunHandle run = runtime.Start(performance.agent, std::move(performance.prompt), performance.options);
    performed.run_id = run.id();
    performer.Watch(run);
    performed.reply = run.Wait();
  }
  performer.Finish();
  const TaskTree& tree = performer.tree();
  performed.cost = tree.cost();
  performed.reused = tree.reused();
  performed.steps = performance.store.store->steps() + std::int64_t(tree.reused());
  performed.elapsed = tree.now() - tree.root().started;
  performed.graphs = tree.graphs();
  performed.first_event = inbox.first().value_or(absl::ZeroDuration());
  return performed;
}

}  // namespace ninefold::cli
