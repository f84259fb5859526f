// One trial: what is asked, and what came of it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "ninefold/experiment.h"

namespace ninefold::experiment {

// The item's question with its files and images. Errors name the item's place.
absl::StatusOr<Prompt> PromptOf(const EvalItem& item, const Pipeline& pipeline);

// Whether its files and images can be read.
absl::Status CheckFiles(const EvalItem& item);
// Of all that is asked, the files' content too.
std::uint64_t HashOf(const EvalItem& item);
// Of how its replies are graded: of what is expected, by which grader and judge.
std::uint64_t HashOfGrading(const Experiment& experiment, const EvalItem& item);

// Grades `trial`, of `reply`, as far as that needs no judge. Errors: as those of GradeReply.
absl::Status GradeInto(const Experiment& experiment, const EvalItem& item, const Reply& reply,
                       EvalTrial& trial);
// A new trial of `reply`, not graded where that needs a judge. Errors: of grading, as GradeReply's.
absl::StatusOr<EvalTrial> TrialOf(const Experiment& experiment, const ExperimentVariant& variant,
                                  const EvalItem& item, std::uint64_t seed,
                                  const absl::StatusOr<Reply>& reply);

RunOptions RunOptionsOf(const Experiment& experiment, const ExperimentVariant& variant, std::uint64_t seed);

// Adds `event` to those that are kept of a trial: with `all`, what tells the run (pieces of a text joined,
// without those of reasoning and of calls); else what QueuedIn needs.
void KeepEvent(const Event& event, bool all, std::vector<Event>& events);
// How long nothing of a run went on but waiting for our own limits: calls queued while no other call, of a
// model or a tool, was at work.
absl::Duration QueuedIn(const std::vector<Event>& events);

// All trials of an oracle, one after another, each in virtual time of its own.
ExperimentOutcome RunSimulated(const Experiment& experiment, const ExperimentRun& run);

}  // namespace ninefold::experiment
