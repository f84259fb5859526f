// The floors: who may include whom, and what may be named where.
#include <gtest/gtest.h>

#include <regex>

#include "tree/tree.h"

namespace ninefold::tree {
namespace {

// The floor that each public header belongs to.
const std::map<std::string, std::string>& HeaderFloors() {
  static const std::map<std::string, std::string> floors = {
      {"async.h", "base"},        {"json.h", "base"},          {"message.h", "base"},
      {"status.h", "base"},       {"budget.h", "run"},         {"concurrency.h", "run"},
      {"context.h", "run"},       {"event.h", "run"},          {"journal.h", "run"},
      {"policy.h", "run"},        {"stores.h", "stores"},      {"make_tool.h", "tool"},
      {"schema.h", "tool"},       {"schema_macros.h", "tool"}, {"tool.h", "tool"},
      {"model.h", "model"},       {"model_error.h", "model"},  {"models.h", "model"},
      {"resilience.h", "model"},  {"agent.h", "agent"},        {"runtime.h", "agent"},
      {"progress.h", "graph"},    {"task_graph.h", "graph"},   {"run_graph.h", "graph"},
      {"contemplate.h", "team"},  {"answer.h", "team"},        {"patterns.h", "team"},
      {"planner.h", "team"},      {"team.h", "team"},          {"ninefold.h", "team"},
      {"pipeline.h", "pipeline"}, {"cassette.h", "model"},     {"image.h", "image"},
      {"catalogue.h", "model"},   {"data.h", "base"},          {"vote_theory.h", "eval"},
      {"eval.h", "eval"},         {"statistics.h", "eval"},    {"experiment.h", "experiment"},
  };
  return floors;
}

// "" for a path that is not ninefold's.
std::string FloorOf(const std::string& path) {
  const auto& headers = HeaderFloors();
  std::string rest = path;
  if (StartsWith(rest, "include/")) rest = rest.substr(8);
  if (StartsWith(rest, "lib/")) rest = rest.substr(4);
  if (StartsWith(rest, "ninefold/testing/")) return "testing";
  if (StartsWith(rest, "ninefold/")) {
    const auto it = headers.find(rest.substr(9));
    return it == headers.end() ? "unknown" : it->second;
  }
  return rest.substr(0, rest.find('/'));
}

std::vector<SourceFile> Library() {
  std::vector<SourceFile> files = FilesIn("lib", {".h", ".cc"});
  for (SourceFile& file : FilesIn("include", {".h"})) files.push_back(std::move(file));
  return files;
}

TEST(Floors, IncludeDownwardsOnly) {
  const auto floors = Floors();
  Findings findings;
  for (const SourceFile& file : Library()) {
    const std::string own = FloorOf(file.path);
    if (floors.count(own) == 0) {
      findings.Add(file, 1, "belongs to no floor; add it to HeaderFloors in tests/tree/floors_test.cc");
      continue;
    }
    for (const Include& include : IncludesOf(file)) {
      const std::string used = FloorOf(include.path);
      if (floors.count(used) == 0 || floors.at(own).count(used) > 0) continue;
      findings.Add(file, include.line,
                   "floor \"" + own + "\" does not stand on \"" + used + "\"; move what is needed down");
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

TEST(Floors, HaveNoCycleAndABase) {
  const auto floors = Floors();
  ASSERT_GE(floors.size(), 12u);
  EXPECT_EQ(floors.at("base"), std::set<std::string>{"base"});
  for (const auto& [name, on] : floors) {
    for (const std::string& below : on) {
      if (below == name) continue;
      EXPECT_EQ(floors.at(below).count(name), 0u) << name << " and " << below << " stand on each other";
    }
  }
}

// A library that only some floors may know.
TEST(Floors, KeepLibrariesWhereTheyBelong) {
  struct {
    std::string prefix;
    std::set<std::string> floors;
  } rules[] = {
      {"curl/", {"net"}},
      {"yaml-cpp/", {"pipeline"}},
      {"sqlite3.h", {"stores"}},
      {"boost/beast", {"testing"}},
      {"re2/", {"base", "eval", "pipeline", "cli"}},
      {"CLI/", {"cli"}},
      {"png.h", {"image"}},
      {"turbojpeg.h", {"image"}},
      {"webp/", {"image"}},
      {"utf8proc.h", {"team"}},
  };
  Findings findings;
  for (const SourceFile& file : Library()) {
    for (const Include& include : IncludesOf(file)) {
      for (const auto& rule : rules) {
        if (!StartsWith(include.path, rule.prefix) || rule.floors.count(FloorOf(file.path)) > 0) continue;
        findings.Add(file, include.line,
                     include.path + " is for " + *rule.floors.begin() + " alone; put a function there");
      }
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

// What a public header includes, every user compiles.
TEST(PublicHeaders, IncludeOnlyWhatIsLight) {
  static const std::regex light(
      R"([a-z_]+|c[a-z]+|absl/.*|ninefold/.*|nlohmann/json(_fwd)?\.hpp|boost/asio/(awaitable|any_io_executor|io_context)\.hpp)");
  Findings findings;
  for (const SourceFile& file : FilesIn("include", {".h"})) {
    for (const Include& include : IncludesOf(file)) {
      if (!std::regex_match(include.path, light)) {
        findings.Add(file, include.line, include.path + " in a public header; hide it in a .cc file");
      }
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

struct Forbidden {
  std::string pattern, instead;
  std::set<std::string> allowed;  // files or folders
};

// A server that tests talk to: a process beside the runs, with a thread and a clock of its own.
constexpr char kServer[] = "lib/testing/chat_server.cc";

// An experiment holds many runs, and stands outside of them: it waits for them in threads, by the clock on
// the wall.
constexpr char kExperiment[] = "lib/experiment/run.cc", kSimulated[] = "lib/experiment/simulated.cc";

std::vector<Forbidden> ForbiddenNames() {
  return {
      {R"(\bsystem_clock\b|\bsteady_clock\b|\babsl::Now\(|[^.\w>:]time\(nullptr\))",
       "ctx.Now()",
       {"lib/base/", "lib/cli/", "lib/net/http_hub.cc", kServer, kExperiment, kSimulated}},
      {R"(\bsteady_timer\b|\bsystem_timer\b)", "Loop::AddTimer or ctx.Sleep", {"lib/base/", kServer}},
      {R"(\bsleep_for\b|\busleep\(|\bnanosleep\()", "ctx.Sleep", {}},
      {R"([^\w]s?rand\(|\brandom_device\b|\bmt19937)", "ctx.Random", {"lib/base/", "lib/agent/run_body.cc"}},
      {R"(\bstd::j?thread\b|\bpthread_create\b|\bstd::async\b)",
       "ctx.Blocking or the loop",
       {"lib/base/", "lib/agent/runtime.cc", kServer, kExperiment, kSimulated}},
      {R"(\bgetenv\()", "an option", {"lib/cli/", "lib/model/", "lib/net/http_hub.cc"}},
      {R"(\bstd::regex\b)", "RE2: a pattern from outside must not backtrack", {}},
      {R"(#\s*include\s*<iostream>|\bstd::cout\b|\bstd::cerr\b)", "an Event or a status", {"lib/cli/"}},
  };
}

bool Allowed(const Forbidden& rule, const std::string& path) {
  for (const std::string& place : rule.allowed) {
    if (StartsWith(path, place)) return true;
  }
  return false;
}

TEST(Floors, ReachTheWorldThroughTheContext) {
  Findings findings;
  for (const Forbidden& rule : ForbiddenNames()) {
    const std::regex form(rule.pattern);
    for (const SourceFile& file : Library()) {
      if (Allowed(rule, file.path)) continue;
      std::sregex_iterator it(file.code.begin(), file.code.end(), form);
      for (; it != std::sregex_iterator(); ++it) {
        findings.Add(file, LineOf(file.code, static_cast<std::size_t>(it->position(0)) + it->length(0) - 1),
                     it->str() + ", use " + rule.instead);
      }
    }
  }
  EXPECT_TRUE(findings.empty()) << findings.Text();
}

}  // namespace
}  // namespace ninefold::tree
