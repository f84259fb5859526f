// Runs agents as an application does that owns its io_context: whole runs, with events, budget and journal
// on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "boost/asio/io_context.hpp"
#include "ninefold/ninefold.h"

namespace ninefold::bench {

inline constexpr char kSystem[] = "You are a helpful assistant.";
inline constexpr char kQuestion[] = "What is the capital of France?";
inline constexpr char kAnswer[] = "Paris is the capital of France and has been so for a long time..";

class Driver {
 public:
  explicit Driver(StorePtr store = nullptr);  // null: in memory

  // Runs `agent` on `question` `runs` times, at most `width` at once; the bytes of all answers. A run that
  // fails ends the process: there is nothing to measure.
  std::uint64_t RunAll(const AgentPtr& agent, const std::string& question, unsigned runs, unsigned width);
  Reply RunOnce(const AgentPtr& agent, const std::string& question);

  std::uint64_t events() const { return events_; }            // seen so far
  std::uint64_t delta_bytes() const { return delta_bytes_; }  // of all text deltas seen so far

 private:
  struct Load;
  static Async<void> Lane(Load& load);
  void Carry(Load& load, unsigned width);

  boost::asio::io_context io_{1};
  Runtime runtime_;
  std::shared_ptr<const RunOptions> options_;
  std::uint64_t events_ = 0;
  std::uint64_t delta_bytes_ = 0;
};

// The server's model of that name; `stream`: on the wire. Ends the process when it cannot be opened.
ModelPtr ServerModel(const std::string& base_url, const std::string& name, bool stream);
// Answers kAnswer at once, in this process.
ModelPtr InProcessModel();

[[noreturn]] void Die(const absl::Status& why);

}  // namespace ninefold::bench
