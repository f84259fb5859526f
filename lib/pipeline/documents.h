// Agents with tools over the run's files.
#pragma once

#include <string>
#include <vector>

#include "ninefold/agent.h"
#include "ninefold/tool.h"

namespace ninefold::pipeline {

struct FilesUse {
  // text.search over the text files of each prompt. The files stay out of the conversation; the model is told
  // their names and lengths. Without any the agent runs without the tool and is told so.
  bool search = false;
  // The image tools over the images of each prompt; the model is told their names and sizes.
  bool images = false;
  // data.query over the tables and the JSON of each prompt; the model is shown their previews too.
  bool data = false;
};

// The agent of `options`, with what `use` says.
AgentPtr MakeFilesAgent(AgentOptions options, FilesUse use);

// `tool` under another name and, if not "", with another description.
ToolPtr Renamed(ToolPtr tool, std::string name, std::string description);

}  // namespace ninefold::pipeline
