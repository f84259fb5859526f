#include "pipeline/steps.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/suggest.h"
#include "ninefold/status.h"
#include "pipeline/format_types.h"

namespace ninefold::pipeline {
namespace {

constexpr const char* kReserved[] = {"goal", "question", "input", "round", "previous", "item"};

// What a step may do, but for a loop with steps.
const std::vector<std::string>& Kinds() {
  static const std::vector<std::string> kinds = [] {
    std::vector<std::string> all{"agent", "parallel"};
    for (const Field& pattern : PatternFields()) all.push_back(pattern.name);
    return all;
  }();
  return kinds;
}

const YamlNode* ScalarAt(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  return node != nullptr && node->kind == YamlNode::kScalar ? node : nullptr;
}

std::vector<const YamlNode*> OneOrMany(const YamlNode* node) {
  std::vector<const YamlNode*> all;
  if (node == nullptr) return all;
  if (node->kind == YamlNode::kScalar) all.push_back(node);
  for (const YamlNode& item : node->items) {
    if (item.kind == YamlNode::kScalar) all.push_back(&item);
  }
  return all;
}

void AddNeed(const std::string& id, StepPlan& plan) {
  if (std::find(plan.needs.begin(), plan.needs.end(), id) == plan.needs.end()) plan.needs.push_back(id);
}

// Whether a key was meant to say what the step does: that it is unknown has been said.
bool MistypesItsKind(const YamlNode& node) {
  for (const YamlMember& member : node.members) {
    if (!Suggest(member.key, Kinds()).empty()) return true;
  }
  return false;
}

// The agents that a field names, each once: those of its names that are names of agents by type.
void AddNames(const Type& type, const YamlNode& node, std::vector<std::string>& who) {
  if (type.kind == Type::kName && node.kind == YamlNode::kScalar) {
    if (std::find(who.begin(), who.end(), node.text) == who.end()) who.push_back(node.text);
  } else if (type.kind == Type::kList) {
    for (const YamlNode& item : node.items) AddNames(type.of[0], item, who);
  } else if (type.kind == Type::kEither) {
    AddNames(type.of[node.kind == YamlNode::kScalar ? 0 : 1], node, who);
  } else if (type.kind == Type::kObject) {
    if (const YamlNode* agent = ScalarAt(node, "agent")) AddNames(shapes::NameType(), *agent, who);
  }
}

// For pictures: "critique: author, critic" beside the step's id; "" when one agent does it.
std::string NoteOf(const YamlNode& step) {
  for (const Field& pattern : PatternFields()) {
    const YamlNode* block = step.Find(pattern.name);
    if (block == nullptr || block->kind != YamlNode::kMap) continue;
    std::vector<std::string> who;
    for (const YamlMember& member : block->members) {
      const Field* field = pattern.type.shape().Find(member.key);
      if (field == nullptr) continue;
      AddNames(field->type, member.value, who);
    }
    return absl::StrCat(pattern.name, ": ", absl::StrJoin(who, ", "));
  }
  return "";
}

std::shared_ptr<const Template> GoalTemplate() {
  absl::StatusOr<Template> goal = ParseTemplate("{{ goal }}");
  return std::make_shared<const Template>(*std::move(goal));
}

}  // namespace

void StepReader::AddId(const YamlNode& id, Names& names) {
  for (const char* word : kReserved) {
    if (id.text == word)
      load_.out.Error(id.at, absl::StrCat("a step cannot be called \"", word, "\": that is a variable"),
                      "give it another name");
  }
  const auto [first, fresh] = ids_.emplace(id.text, id.at);
  if (!fresh) {
    load_.out.Error(id.at,
                    absl::StrCat("step \"", id.text, "\" is there already, at ", Refer(first->second, id.at)),
                    "give one of them another id");
  }
  names.steps[id.text];
}

void StepReader::Collect(const YamlNode& list, Names& names) {
  for (const YamlNode& node : list.items) {
    const YamlNode* id = ScalarAt(node, "id");
    if (id != nullptr) AddId(*id, names);
    const YamlNode* parallel = node.Find("parallel");
    if (parallel == nullptr) continue;
    for (const YamlNode& branch : parallel->items) {
      if (branch.kind == YamlNode::kMap) {
        if (const YamlNode* inner = ScalarAt(branch, "id")) AddId(*inner, names);
      } else if (id != nullptr && branch.kind == YamlNode::kScalar &&
                 !names.steps[id->text].insert(branch.text).second) {
        load_.out.Error(branch.at, absl::StrCat("agent \"", branch.text, "\" is twice in \"parallel\""),
                        "write the second as a step with an id");
      }
    }
  }
}

std::vector<StepPlan> StepReader::Read(const YamlNode& list, Names& names) {
  std::vector<StepPlan> plans;
  if (list.kind != YamlNode::kList) return plans;
  Collect(list, names);
  for (const YamlNode& node : list.items) ReadStep(node, names, nullptr, plans);
  return plans;
}

bool StepReader::OneKind(const YamlNode& node, const std::string& id) {
  std::vector<std::string> given;
  for (const std::string& kind : Kinds()) {
    if (node.Find(kind) != nullptr) given.push_back(kind);
  }
  const YamlNode* loop = node.Find("loop");
  if (loop != nullptr && loop->Find("steps") != nullptr) given.emplace_back("loop with steps");
  if (given.size() > 1) {
    load_.out.Error(node.at, absl::StrCat("step \"", id, "\" has ", absl::StrJoin(given, " and ")),
                    "keep one: make a step of each");
  } else if (given.empty() && (load_.out.ok() || !MistypesItsKind(node))) {
    load_.out.Error(node.at, absl::StrCat("step \"", id, "\" does nothing"),
                    absl::StrCat("give it one of ", absl::StrJoin(Kinds(), ", "), ", or a loop with steps"));
  }
  const bool each = node.Find("each") != nullptr;
  if (each && (loop != nullptr || node.Find("parallel") != nullptr)) {
    load_.out.Error(node.at,
                    absl::StrCat("step \"", id, "\" has each beside ", loop != nullptr ? "loop" : "parallel"),
                    "make two steps");
    return false;
  }
  if (loop != nullptr && node.Find("parallel") != nullptr) {
    load_.out.Error(node.at, absl::StrCat("step \"", id, "\" has loop beside parallel"),
                    "put the parallel step into the loop's steps");
    return false;
  }
  return given.size() == 1;
}

void StepReader::ReadStep(const YamlNode& node, Names& names, const StepPlan* parent,
                          std::vector<StepPlan>& plans) {
  if (node.kind != YamlNode::kMap) return;
  const YamlNode* id = ScalarAt(node, "id");
  if (id == nullptr) return;
  StepPlan plan;
  if (parent != nullptr) {
    plan = *parent;
    plan.kind = StepPlan::kAsk;
    plan.branches.clear();
    plan.join = Join();
  }
  plan.id = id->text;
  const bool one = OneKind(node, plan.id);
  Names own = names;
  const YamlNode* as = ScalarAt(node, "as");
  if (node.Find("each") != nullptr) {
    own.item = as == nullptr ? "item" : as->text;
    plan.as = own.item;
    if (names.HasStep(own.item) ||
        (own.item != "item" &&
         std::find(std::begin(kReserved), std::end(kReserved), own.item) != std::end(kReserved))) {
      load_.out.Error(as == nullptr ? node.at : as->at,
                      absl::StrCat("the variable \"", own.item, "\" is taken"),
                      "give it another name with as");
    }
  } else if (as != nullptr) {
    load_.out.Error(as->at, "\"as\" names the item of \"each\", which is not here",
                    "add each, or take it away");
  }
  const YamlNode* loop = node.Find("loop");
  if (loop != nullptr && loop->kind == YamlNode::kMap)
    return ReadLoop(*loop, node, names, plan), plans.push_back(std::move(plan));
  ReadCommon(node, own, plan);
  if (node.Find("parallel") != nullptr) return ReadParallel(node, names, std::move(plan), plans);
  if (one) {
    plan.body = Body(node, plan.id);
    plan.note = NoteOf(node);
  }
  if (node.Find("each") != nullptr) ReadEach(node, plan);
  plans.push_back(std::move(plan));
}

void StepReader::ReadCommon(const YamlNode& node, const Names& names, StepPlan& plan) {
  const YamlNode* prompt = ScalarAt(node, "prompt");
  if (prompt != nullptr) {
    plan.prompt = ReadTemplate(*prompt, names, plan);
  } else if (plan.prompt == nullptr) {
    plan.prompt = GoalTemplate();
    plan.names.insert("goal");
  }
  Names without_item = names;
  without_item.item.clear();
  if (const YamlNode* when = node.Find("when")) plan.when = ReadExpression(when, without_item, plan);
  plan.each = ReadExpression(node.Find("each"), without_item, plan);
  for (const YamlNode* need : OneOrMany(node.Find("needs"))) {
    if (need->text == plan.id) {
      load_.out.Error(need->at, absl::StrCat("step \"", plan.id, "\" needs itself"),
                      "take it away; a step is repeated with loop");
    } else if (names.HasStep(need->text) || names.HasBranch(need->text)) {
      AddNeed(need->text, plan);
    } else {
      std::vector<std::string> ids;
      for (const auto& [id, branches] : names.steps) {
        ids.push_back(id);
        for (const std::string& branch : branches) ids.push_back(absl::StrCat(id, ".", branch));
      }
      const std::string near = Suggest(need->text, ids);
      load_.out.Error(need->at, absl::StrCat("needs: there is no step \"", need->text, "\""),
                      near.empty() ? WhatThereIs(ids) : absl::StrCat("did you mean \"", near, "\"?"));
    }
  }
  ReadFailure(node, plan);
  ReadJoin(node, plan);
  if (const YamlNode* retry = node.Find("retry"))
    plan.attempts = 1 + static_cast<int>(AsInteger(*retry).value_or(0));
  if (const YamlNode* timeout = node.Find("timeout"))
    plan.timeout = AsDuration(*timeout).value_or(absl::InfiniteDuration());
  if (const YamlNode* files = node.Find("files")) plan.files = AsBool(*files).value_or(true);
}

void StepReader::ReadFailure(const YamlNode& node, StepPlan& plan) {
  const YamlNode* failure = node.Find("on_error");
  if (failure == nullptr) return;
  if (failure->kind == YamlNode::kScalar) {
    plan.on_failure = failure->text == "skip" ? OnFailure::Skip() : OnFailure::Fail();
  } else if (const YamlNode* agent = ScalarAt(*failure, "fallback")) {
    AgentPtr fallback = book_.Agent(agent->text, agent->at);
    if (fallback != nullptr) plan.on_failure = OnFailure::Fallback(std::move(fallback));
  }
}

void StepReader::ReadJoin(const YamlNode& node, StepPlan& plan) {
  const YamlNode* join = node.Find("join");
  if (join == nullptr) return;
  if (join->kind == YamlNode::kScalar) {
    plan.join = join->text == "any" ? Join::Any() : Join::All();
    return;
  }
  const YamlNode* quorum = join->Find("quorum");
  plan.join = Join::Quorum(quorum == nullptr ? 1 : static_cast<int>(AsInteger(*quorum).value_or(1)));
  if (const YamlNode* cancel = join->Find("cancel_rest"))
    plan.join.cancel_rest = AsBool(*cancel).value_or(false);
  const YamlNode* parallel = node.Find("parallel");
  const std::size_t needs = parallel != nullptr ? parallel->items.size() : plan.needs.size();
  if (static_cast<std::size_t>(plan.join.quorum) > needs) {
    load_.out.Error(join->at, absl::StrCat("a quorum of ", plan.join.quorum, " out of ", needs, " needs"),
                    "lower it, or add needs");
    plan.join = Join::All();
  }
}

void StepReader::ReadParallel(const YamlNode& node, Names& names, StepPlan plan,
                              std::vector<StepPlan>& plans) {
  const YamlNode& list = *node.Find("parallel");
  StepPlan join;
  join.kind = StepPlan::kJoin;
  join.id = plan.id;
  join.join = plan.join;
  join.body = EchoAgent(plan.id);
  plan.join = Join();
  for (const YamlNode& branch : list.items) {
    if (branch.kind == YamlNode::kMap) {
      const YamlNode* id = ScalarAt(branch, "id");
      if (id == nullptr) continue;
      AddNeed(id->text, join);
      ReadStep(branch, names, &plan, plans);
      continue;
    }
    if (branch.kind != YamlNode::kScalar) continue;
    StepPlan one = plan;
    one.id = absl::StrCat(plan.id, ".", branch.text);
    one.body = book_.Agent(branch.text, branch.at);
    AddNeed(one.id, join);
    plans.push_back(std::move(one));
  }
  join.branches = join.needs;
  if (plan.on_failure.kind == OnFailure::kSkip) join.on_failure = OnFailure::Skip();
  plans.push_back(std::move(join));
}

void StepReader::ReadLoop(const YamlNode& node, const YamlNode& step, const Names& names, StepPlan& plan) {
  auto loop = std::make_shared<LoopPlan>();
  loop->name = plan.id;
  if (const YamlNode* max = node.Find("max")) loop->max = static_cast<int>(AsInteger(*max).value_or(1));
  Names inner;
  inner.inputs = names.inputs;
  inner.loop = true;
  inner.outer = &names;
  StepPlan outside;  // what concerns the loop as a whole
  outside.id = plan.id;
  if (const YamlNode* steps = node.Find("steps")) {
    if (const YamlNode* prompt = step.Find("prompt"))
      load_.out.Error(prompt->at, "a loop with steps has no prompt of its own", "put it into its steps");
    loop->steps = Read(*steps, inner);
    ReadCommon(step, names, outside);
  } else {
    inner.steps[plan.id];
    StepPlan one;
    one.id = plan.id;
    const YamlNode* prompt = ScalarAt(step, "prompt");
    one.prompt = prompt == nullptr ? GoalTemplate() : ReadTemplate(*prompt, inner, one);
    if (prompt == nullptr) one.names.insert("goal");
    one.body = Body(step, plan.id);
    outside.note = NoteOf(step);
    YamlNode rest = step;  // the prompt is the round's
    std::erase_if(rest.members, [](const YamlMember& member) { return member.key == "prompt"; });
    ReadCommon(rest, names, outside);
    loop->steps.push_back(std::move(one));
  }
  StepPlan of_until;
  loop->until = ReadExpression(node.Find("until"), inner, of_until);
  for (const StepPlan& one : loop->steps) of_until.names.insert(one.names.begin(), one.names.end());
  for (const std::string& name : of_until.names) {
    if (inner.HasStep(name) || name == "round" || name == "previous") continue;
    outside.names.insert(name);
    if (names.HasStep(name)) AddNeed(name, outside);
  }
  plan = std::move(outside);
  plan.kind = StepPlan::kLoop;
  plan.loop = loop;
  const bool whole = std::all_of(loop->steps.begin(), loop->steps.end(),
                                 [](const StepPlan& one) { return one.body != nullptr; });
  if (whole && !loop->steps.empty() && IsName(plan.id)) plan.body = MakeLoopAgent(loop);
}

void StepReader::ReadEach(const YamlNode& node, StepPlan& plan) {
  plan.kind = StepPlan::kEach;
  if (const YamlNode* width = node.Find("width"))
    plan.width = static_cast<int>(AsInteger(*width).value_or(0));
  if (plan.body == nullptr || !IsName(plan.id)) return;
  StepPlan items = plan;
  plan.body = MakeEachAgent(items);
}

StepPlan StepReader::ReadOutput(const YamlNode& text, const Names& names) {
  StepPlan plan;
  plan.kind = StepPlan::kText;
  plan.id = "output";
  plan.prompt = ReadTemplate(text, names, plan);
  plan.files = false;
  plan.body = EchoAgent("output");
  return plan;
}

StepPlan StepReader::FirstOf(std::vector<std::string> steps) {
  StepPlan plan;
  plan.kind = StepPlan::kFirst;
  plan.id = "output";
  plan.branches = plan.needs = std::move(steps);
  plan.files = false;
  plan.body = EchoAgent("output");
  return plan;
}

std::shared_ptr<const Template> StepReader::ReadTemplate(const YamlNode& node, const Names& names,
                                                         StepPlan& plan) {
  std::size_t offset = 0;
  absl::StatusOr<Template> parsed = ParseTemplate(node.text, &offset);
  if (!parsed.ok()) {
    load_.out.Error(VariableAt(node, offset), Describe(parsed.status()));
    return GoalTemplate();
  }
  for (const TemplatePiece& piece : parsed->pieces) {
    if (piece.kind == TemplatePiece::kText) continue;
    NameError error = CheckVariable(piece.text, piece.segments, names);
    if (error.message.empty()) {
      Use(piece.segments, names, plan);
    } else {
      load_.out.Error(VariableAt(node, piece.offset), std::move(error.message), std::move(error.hint));
    }
  }
  return std::make_shared<const Template>(*std::move(parsed));
}

std::shared_ptr<const Expression> StepReader::ReadExpression(const YamlNode* node, const Names& names,
                                                             StepPlan& plan) {
  if (node == nullptr || node->kind != YamlNode::kScalar) return nullptr;
  std::size_t offset = 0;
  absl::StatusOr<Expression> parsed = Expression::Parse(node->text, &offset);
  if (!parsed.ok()) {
    load_.out.Error(InsideAt(*node, offset), Describe(parsed.status()));
    return nullptr;
  }
  for (const Expression::Path& path : parsed->paths()) {
    NameError error = CheckVariable(path.text, path.segments, names);
    if (error.message.empty()) {
      Use(path.segments, names, plan);
    } else {
      load_.out.Error(InsideAt(*node, path.offset), std::move(error.message), std::move(error.hint));
    }
  }
  return std::make_shared<const Expression>(*std::move(parsed));
}

void StepReader::Use(const std::vector<PathSegment>& path, const Names& names, StepPlan& plan) {
  const std::string& first = path[0].name;
  if (first == names.item && !names.item.empty()) return;
  plan.names.insert(first);
  const auto step = names.steps.find(first);
  if (step == names.steps.end() || (first == plan.id && names.loop)) return;
  const bool branch = path.size() > 1 && step->second.count(path[1].name) > 0;
  AddNeed(branch ? absl::StrCat(first, ".", path[1].name) : first, plan);
}

}  // namespace ninefold::pipeline
