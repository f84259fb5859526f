#include "bench/driver.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "boost/asio/co_spawn.hpp"
#include "boost/asio/detached.hpp"
#include "ninefold/status.h"

namespace ninefold::bench {

void Die(const absl::Status& why) {
  std::fprintf(stderr, "bench: %s\n", Describe(why).c_str());
  std::exit(1);
}

struct Driver::Load {
  Runtime& runtime;
  const AgentPtr& agent;
  const std::string& question;
  std::shared_ptr<const RunOptions> options;
  unsigned left;
  std::uint64_t bytes = 0;
  Reply last = {};
};

Driver::Driver(StorePtr store) : runtime_(io_, RuntimeOptions{.store = std::move(store)}) {
  RunOptions options;
  options.budget = {.tokens = 1'000'000'000'000, .model_calls = 1'000'000'000, .tool_calls = 1'000'000'000};
  options.on_event = [this](const Event& event) {
    ++events_;
    if (const auto* delta = std::get_if<event::TextDelta>(&event.body)) delta_bytes_ += delta->text.size();
  };
  options_ = std::make_shared<const RunOptions>(std::move(options));
}

Async<void> Driver::Lane(Load& load) {
  while (load.left > 0) {
    --load.left;
    Prompt prompt(load.question);
    absl::StatusOr<Reply> reply = co_await load.runtime.RunAsync(load.agent, std::move(prompt), load.options);
    if (!reply.ok()) Die(reply.status());
    load.bytes += reply->text.size();
    if (load.left == 0) load.last = *std::move(reply);
  }
}

void Driver::Carry(Load& load, unsigned width) {
  const unsigned lanes = std::min(load.left, width);
  for (unsigned i = 0; i < lanes; ++i) boost::asio::co_spawn(io_, Lane(load), boost::asio::detached);
  io_.restart();
  io_.run();
}

std::uint64_t Driver::RunAll(const AgentPtr& agent, const std::string& question, unsigned runs,
                             unsigned width) {
  Load load{runtime_, agent, question, options_, runs};
  Carry(load, width);
  return load.bytes;
}

Reply Driver::RunOnce(const AgentPtr& agent, const std::string& question) {
  Load load{runtime_, agent, question, options_, 1};
  Carry(load, 1);
  return std::move(load.last);
}

ModelPtr ServerModel(const std::string& base_url, const std::string& name, bool stream) {
  if (base_url.empty()) Die(absl::InvalidArgumentError("--base-url is missing"));
  absl::StatusOr<ModelPtr> model =
      OpenModel("openai/" + name, {.base_url = base_url, .key = "x", .stream = stream});
  if (!model.ok()) Die(model.status());
  return *std::move(model);
}

ModelPtr InProcessModel() {
  const auto answer = [](const ModelRequest&) -> absl::StatusOr<ModelReply> {
    ModelReply reply;
    reply.message = AssistantMessage(kAnswer);
    reply.model = "in-process";
    return reply;
  };
  return MakeModel({.name = "in-process", .price = std::nullopt, .free = true}, answer);
}

}  // namespace ninefold::bench
