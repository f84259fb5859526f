// The dialect of Gemini's generateContent (https://ai.google.dev/api/generate-content, 2026-10).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/wire.h"

namespace ninefold {

// How a model is told to think: by a level from the third generation on, by a budget of tokens before.
enum class GeminiThinking { kLevel, kBudget, kNone };

// What a family of models takes. A Gemini of no known family is asked as the newest are.
struct GeminiFamily {
  GeminiThinking thinking = GeminiThinking::kLevel;
  bool least = false;  // takes the level MINIMAL, or a budget of 0

  // The third generation: it takes a schema beside tools and images inside a result, and wants its signatures
  // back.
  bool third() const { return thinking == GeminiThinking::kLevel; }
};
GeminiFamily GeminiFamilyOf(std::string_view model);

struct GeminiOptions : WireOptions {
  GeminiFamily family;
};

// ,"tools":[…] of a request body.
std::string GeminiTools(const ToolList& tools, const std::vector<std::string>& names);
std::string GeminiBody(const ModelRequest& request, const GeminiOptions& options, const WireTools& tools);

}  // namespace ninefold
