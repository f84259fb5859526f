#include "stores/sqlite_rows.h"

#include <bit>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/try.h"
#include "base/utf8.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

std::int64_t ToColumn(absl::Time time) { return absl::ToUnixNanos(time); }

absl::Time FromColumn(std::int64_t nanos) {
  if (nanos == std::numeric_limits<std::int64_t>::max()) return absl::InfiniteFuture();
  if (nanos == std::numeric_limits<std::int64_t>::min()) return absl::InfinitePast();
  return absl::FromUnixNanos(nanos);
}

class Seal {
 public:
  Seal& Add(std::string_view text) { return hash_ = HashBytes(text, hash_), *this; }
  Seal& Add(std::int64_t value) { return hash_ = Mix(hash_, std::bit_cast<std::uint64_t>(value)), *this; }
  std::int64_t value() const { return std::bit_cast<std::int64_t>(hash_); }

 private:
  std::uint64_t hash_ = 0;
};

std::int64_t SealOf(const RunRecord& r, std::string_view setup, std::string_view cost, std::int64_t started,
                    std::int64_t finished) {
  return Seal()
      .Add(r.id)
      .Add(r.name)
      .Add(r.goal)
      .Add(r.state)
      .Add(r.message)
      .Add(r.answer)
      .Add(setup)
      .Add(cost)
      .Add(started)
      .Add(finished)
      .value();
}

std::int64_t SealOf(std::string_view run_id, const StepRecord& r, std::string_view result,
                    std::string_view cost, std::int64_t started, std::int64_t finished) {
  return Seal()
      .Add(run_id)
      .Add(r.path)
      .Add(r.kind)
      .Add(std::int64_t(r.state))
      .Add(std::bit_cast<std::int64_t>(r.request_hash))
      .Add(r.request)
      .Add(result)
      .Add(cost)
      .Add(started)
      .Add(finished)
      .value();
}

absl::Status Damaged(std::string_view where, std::string_view what) {
  return absl::DataLossError(absl::StrCat(ToAbsl(where), ": the record is damaged (", ToAbsl(what),
                                          "); restore the store from a copy, or start a new run"));
}

// Takes columns one after the other; remembers when one was not of its type.
class Columns {
 public:
  explicit Columns(const SqliteStatement& row) : row_(row) {}
  std::string Text() { return Take(row_.Text(next_++)); }
  std::int64_t Int() { return Take(row_.Int(next_++)); }
  bool ok() const { return ok_; }

 private:
  template <class T>
  T Take(std::optional<T> value) {
    ok_ = ok_ && value.has_value();
    return value ? *std::move(value) : T();
  }
  const SqliteStatement& row_;
  int next_ = 0;
  bool ok_ = true;
};

std::string Named(std::string_view where, std::string_view word, std::string_view id) {
  return absl::StrCat(ToAbsl(where), " ", ToAbsl(word), " ", EscapeForTerminal(CutUtf8(id, 128), true));
}

}  // namespace

RunRow::RunRow(const RunRecord& r)
    : setup(DumpJson(r.setup)),
      cost(DumpJson(r.cost)),
      started(ToColumn(r.started)),
      finished(ToColumn(r.finished)),
      seal(SealOf(r, setup, cost, started, finished)) {}

StepRow::StepRow(std::string_view run_id, const StepRecord& r)
    : result(r.value != nullptr ? r.value->Encode() : r.result),
      cost(DumpJson(r.cost ? ToJson(*r.cost) : Json())),
      started(ToColumn(r.started)),
      finished(ToColumn(r.finished)),
      seal(SealOf(run_id, r, result, cost, started, finished)) {}

absl::StatusOr<RunRecord> ReadRun(const SqliteStatement& row, std::string_view where) {
  RunRecord r;
  Columns c(row);
  r.id = c.Text(), r.name = c.Text(), r.goal = c.Text(), r.state = c.Text(), r.message = c.Text(),
  r.answer = c.Text();
  const std::string setup = c.Text(), cost = c.Text();
  const std::int64_t started = c.Int(), finished = c.Int(), seal = c.Int();
  r.steps = c.Int();
  const std::string place = Named(where, "run", r.id);
  if (!c.ok()) return Damaged(place, "a column has another type");
  if (seal != SealOf(r, setup, cost, started, finished)) return Damaged(place, "its checksum differs");
  if (r.steps < 0) return Damaged(place, "a negative number of steps");
  const auto read_setup = ParseJson(setup), read_cost = ParseJson(cost);
  if (!read_setup.ok() || !read_cost.ok()) return Damaged(place, "its setup or cost is no JSON");
  r.setup = *read_setup, r.cost = *read_cost;
  r.started = FromColumn(started), r.finished = FromColumn(finished);
  return r;
}

absl::StatusOr<StepRecord> ReadStep(const SqliteStatement& row, std::string_view where,
                                    std::string_view run_id) {
  StepRecord r;
  Columns c(row);
  r.path = c.Text(), r.kind = c.Text();
  const std::int64_t state = c.Int();
  r.request_hash = std::bit_cast<std::uint64_t>(c.Int());
  r.request = c.Text(), r.result = c.Text();
  const std::string cost = c.Text();
  const std::int64_t started = c.Int(), finished = c.Int(), seal = c.Int();
  const std::string place = Named(Named(where, "run", run_id), "step", r.path);
  if (!c.ok()) return Damaged(place, "a column has another type");
  if (state != std::int64_t(StepState::kStarted) && state != std::int64_t(StepState::kFinished)) {
    return Damaged(place, absl::StrCat("unknown state ", state));
  }
  r.state = static_cast<StepState>(state);
  if (seal != SealOf(run_id, r, r.result, cost, started, finished))
    return Damaged(place, "its checksum differs");
  const auto read_cost = ParseJson(cost);
  if (!read_cost.ok()) return Damaged(place, "its cost is no JSON");
  if (read_cost->is_object()) r.cost = CostFromJson(*read_cost);
  r.started = FromColumn(started), r.finished = FromColumn(finished);
  return r;
}

}  // namespace ninefold
