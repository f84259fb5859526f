// An agent that searches the run's files instead of reading them whole.
#pragma once

#include <string>
#include <vector>

#include "ninefold/agent.h"
#include "ninefold/tool.h"

namespace ninefold::pipeline {

// The agent of `options`, with a text.search tool over the text files of each prompt and `documents`. The
// files stay out of the conversation; the model is told their names and lengths. Without any document the
// agent runs without the tool and is told so.
AgentPtr MakeSearchingAgent(AgentOptions options, std::vector<Document> documents);

// `tool` under another name and, if not "", with another description.
ToolPtr Renamed(ToolPtr tool, std::string name, std::string description);

}  // namespace ninefold::pipeline
