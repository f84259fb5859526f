// Calls to models written down, and played again without a server, a key or a network.
//
//   auto tape = Cassette::Open("weather.jsonl", CassetteMode::kRecord);
//   ModelPtr model = WithCassette(*OpenModel("openai/gpt-5.4"), *tape);   // asks, and writes down
//   …
//   ModelPtr again = *OpenModel("replay:weather.jsonl");                  // answers from the file alone
//
// A call is found by its request: instructions, conversation, tools, form of the answer and settings. A
// request that was made several times has as many replies, played in the order they were written. A request
// that is not there is an error that shows how it differs from the one that is nearest.
//
// The file is JSON Lines in UTF-8: first {"ninefold_cassette":1}, then one call a line:
//   {"model":"openai/gpt-5.4","request":{…},"reply":{…}}  or  {…,"error":{"code":14,"message":"…"}}
// It holds no key, and everything else that was said: keep it as you keep the documents it quotes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "ninefold/model.h"

namespace ninefold {

enum class CassetteMode {
  kRecord,  // a new file, in place of one that is there
  kReplay,  // asks nobody
  kResume,  // what is in the file is played, the rest is asked and added: a cache that outlives the process
};

// Safe on any thread. A line is written whole; one that a crash cut short is left out when the file is read.
class Cassette {
 public:
  // Errors: kNotFound without the file (kReplay) or its folder, kPermissionDenied, kDataLoss with file and
  // line for what is no cassette.
  static absl::StatusOr<std::shared_ptr<Cassette>> Open(const std::string& path, CassetteMode mode);
  ~Cassette();
  Cassette(const Cassette&) = delete;
  Cassette& operator=(const Cassette&) = delete;

  std::size_t size() const;    // calls in it
  std::size_t unused() const;  // of those read from the file, not played yet

  class State;
  State& state() const { return *state_; }  // for WithCassette

 private:
  explicit Cassette(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// `model` is null for kReplay. A failed call is written down as well, except one that was cancelled; kResume
// asks again after one. A reply that is played is emitted as one delta and uses the tokens it used.
ModelPtr WithCassette(ModelPtr model, std::shared_ptr<Cassette> cassette);

}  // namespace ninefold
