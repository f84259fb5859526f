// A contemplation that is gone on with after a kill decides what it had decided, also when what failed then
// goes well now: what others were shown must be what they were shown.
#include "ninefold/stores.h"
#include "team/contemplate_testing.h"

namespace ninefold {
namespace {

using testing::After;
using testing::Fail;
using ::testing::HasSubstr;
using testing::Responding;
using testing::Say;
using testing::ScriptStep;
using testing::Sim;

// Gives answers in turn, each long; with the number of bytes it was asked with where it refines.
AgentPtr Solver(std::function<ScriptStep(int way)> first) {
  const auto respond = [first](const ModelRequest& request) -> ScriptStep {
    const std::string asked = Asked(request);
    const bool refines = absl::StrContains(asked, "## Attempt A");
    for (int way = 1; !refines; ++way) {
      if (absl::StrContains(asked, absl::StrCat("way ", way, "."))) return first(way);
    }
    return After(absl::Seconds(1),
                 Say(absl::StrCat("refined ", std::string(400, 'r'), "\nanswer: ", asked.size() % 1000)));
  };
  return MakeAgent({.name = "solver", .model = Responding(respond)});
}

ScriptStep Work(int way, std::string answer) {
  return After(absl::Seconds(1),
               Say(absl::StrCat("W", way, " ", std::string(400, 'x'), "\nanswer: ", answer)));
}

std::vector<std::string> Ways(int width) {
  std::vector<std::string> ways;
  for (int i = 1; i <= width; ++i) ways.push_back(absl::StrCat("way ", i, "."));
  return ways;
}

// Runs `make(life)` and resumes it from each beginning of its record, by agents of a second life. No step may
// be asked for something else than in the first.
void ExpectTheSameIsAsked(const std::function<AgentPtr(int life)>& make) {
  const StorePtr whole = MemoryStore();
  {
    Sim sim({.shuffle = false, .store = whole});
    ASSERT_THAT(sim.Run(make(1), "?", {.run_id = "r"}), IsOk());
  }
  const auto steps = whole->Steps("r");
  ASSERT_THAT(steps, IsOk());
  for (std::size_t kept = 1; kept <= steps->size(); ++kept) {
    SCOPED_TRACE(absl::StrCat("after ", kept, " steps, the last ", (*steps)[kept - 1].path));
    const StorePtr part = MemoryStore();
    for (std::size_t i = 0; i < kept; ++i)
      ASSERT_THAT(part->Write({.runs = {}, .steps = {{"r", (*steps)[i]}}}), IsOk());
    Sim sim({.shuffle = false, .store = part});
    EXPECT_THAT(sim.Run(make(2), "?", {.mode = RunMode::kResume, .run_id = "r"}), IsOk());
    for (const auto& [path, ended] : EventsOf<event::TaskEnded>(sim.events()))
      EXPECT_FALSE(absl::StrContains(Describe(ended.status), "recorded for another")) << ended.status;
  }
}

TEST(ContemplateResume, AnAttemptThatFailedStaysOut) {
  ExpectTheSameIsAsked([](int life) {
    const AgentPtr solver = Solver([life](int way) {
      return life == 1 && way == 2 ? Fail(absl::UnavailableError("busy")) : Work(way, absl::StrCat(way));
    });
    return Contemplate({.solver = solver,
                        .width = 4,
                        .pace = Pace::kLatency,
                        .stops = kNever,
                        .strategies = Ways(4),
                        .rounds = 2,
                        .digests = 2});
  });
}

// Nobody of the round is left to be made again: it is over at once.
TEST(ContemplateResume, ARoundInWhichAllFailedIsOver) {
  for (const bool refused : {false, true}) {
    const auto make = [refused] {
      auto way = std::make_shared<int>(0);
      return Contemplate({.solver = Saying("solver",
                                           [=](const ModelRequest& request) {
                                             if (!absl::StrContains(Asked(request), "## Attempt A"))
                                               return Say(absl::StrCat("I am ", ++*way, "\nanswer: ", *way));
                                             if (!refused) return Fail(absl::UnavailableError("busy"));
                                             ScriptStep step = Say("No.");
                                             step.reply.stop_reason = StopReason::kRefusal;
                                             return step;
                                           }),
                          .width = 3,
                          .stops = kNever,
                          .rounds = 1});
    };
    const StorePtr store = MemoryStore();
    std::string first;
    for (const RunMode mode : {RunMode::kFresh, RunMode::kReplay, RunMode::kResume}) {
      Sim sim({.shuffle = false, .store = store});
      const auto reply = sim.Run(make(), "?", {.mode = mode, .run_id = "r"});
      ASSERT_THAT(reply, IsOk());
      const std::string said = absl::StrCat(reply->text, " ", DumpJson(*reply->report));
      if (first.empty()) first = said;
      EXPECT_EQ(said, first);
      EXPECT_THAT(reply->text, HasSubstr("I am 1"));
    }
  }
}

// The verifier has more to say in the second life than was known when the round ended.
TEST(ContemplateResume, AVerdictThatCameTooLateStaysOut) {
  ExpectTheSameIsAsked([](int life) {
    const AgentPtr verifier = Saying("verifier", [life](const ModelRequest& request) {
      const bool of_first = absl::StrContains(Asked(request), "answer: 1");
      if (of_first && life == 1) return Say("Hard to say.");
      return Say(of_first ? "answer: incorrect" : "It cannot be.\nanswer: incorrect");
    });
    return Contemplate({.solver = Solver([](int way) { return Work(way, absl::StrCat(way)); }),
                        .width = 4,
                        .pace = Pace::kLatency,
                        .stops = kNever,
                        .strategies = Ways(4),
                        .rounds = 1,
                        .digests = 2,
                        .verifier = verifier});
  });
}

TEST(ContemplateResume, WhatADigesterCouldNotDigestStaysCut) {
  ExpectTheSameIsAsked([](int life) {
    const AgentPtr digester = MakeAgent(
        {.name = "digester", .model = Responding([life](const ModelRequest& request) {
                               const bool fails = life == 1 && absl::StrContains(Asked(request), "\nW2");
                               return fails ? Fail(absl::UnavailableError("busy")) : Say("a digest");
                             })});
    return Contemplate({.solver = Solver([](int way) { return Work(way, absl::StrCat(way)); }),
                        .width = 3,
                        .pace = Pace::kLatency,
                        .stops = kNever,
                        .strategies = Ways(3),
                        .rounds = 1,
                        .digest_bytes = 300,
                        .digester = digester});
  });
}

// In the first round of refinement it comes too late, and its attempt stays a candidate of the second.
TEST(ContemplateResume, ADigestThatWasCancelledIsWrittenForTheNextRound) {
  int seen_late = 0;
  ExpectTheSameIsAsked([&seen_late](int life) {
    auto late = std::make_shared<int>(0);
    const AgentPtr digester = MakeAgent(
        {.name = "digester", .model = Responding([=, &seen_late](const ModelRequest& request) {
                               const bool of_best = absl::StrContains(Asked(request), "\nW1");
                               const bool is_late = of_best && life == 1 && ++*late == 1;
                               if (of_best && life == 1 && !is_late) ++seen_late;
                               return After(is_late ? absl::Hours(1) : absl::Seconds(1), Say("a digest"));
                             })});
    return Contemplate(
        {.solver = Solver([](int way) { return Work(way, way < 3 ? "5" : absl::StrCat(way)); }),
         .width = 6,
         .pace = Pace::kLatency,
         .stops = {.decided = false, .settled = 1, .quorum = 0.5, .tail_cut = 1},
         .strategies = Ways(6),
         .rounds = 2,
         .digests = 1,
         .digest_bytes = 300,
         .digester = digester});
  });
  EXPECT_EQ(seen_late, 1);
}

TEST(ContemplateResume, WhatAJudgeFailedAtStaysAsItWas) {
  for (const Aggregate aggregate : {Aggregate::kSynthesize, Aggregate::kKnockout}) {
    SCOPED_TRACE(AggregateName(aggregate));
    ExpectTheSameIsAsked([aggregate](int life) {
      const AgentPtr judge =
          MakeAgent({.name = "judge", .model = Responding([life](const ModelRequest& request) {
                                        const bool fails =
                                            life == 1 && absl::StrContains(Asked(request), "W1");
                                        const bool last = absl::StrContains(Asked(request), "W4");
                                        return fails ? Fail(absl::UnavailableError("busy"))
                                                     : Say(last ? "answer: B" : "answer: A");
                                      })});
      return Contemplate({.solver = Solver([](int way) { return Work(way, absl::StrCat(way)); }),
                          .width = 5,
                          .pace = Pace::kLatency,
                          .stops = kNever,
                          .strategies = Ways(5),
                          .aggregate = aggregate,
                          .judge = judge,
                          .merge_most = 2});
    });
  }
}

TEST(ContemplateResume, WhatTriageAndVerifierFailedAtStaysAsItWas) {
  ExpectTheSameIsAsked([](int life) {
    const auto fails_first = [life](const char* name, std::string says) {
      return MakeAgent({.name = name, .model = Responding([=](const ModelRequest&) {
                                        return life == 1 ? Fail(absl::UnavailableError("busy")) : Say(says);
                                      })});
    };
    return Contemplate({.solver = Solver([](int way) { return Work(way, absl::StrCat(way)); }),
                        .width = 3,
                        .pace = Pace::kLatency,
                        .stops = kNever,
                        .triage = fails_first("triage", "answer: many"),
                        .strategies = Ways(3),
                        .rounds = 1,
                        .digests = 2,
                        .verifier = fails_first("verifier", "answer: incorrect")});
  });
}

}  // namespace
}  // namespace ninefold
