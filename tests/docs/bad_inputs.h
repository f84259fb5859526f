// Bad inputs that docs/errors.md shows: each is done when its group is made, and what it gave is kept.
#pragma once

#include <string>
#include <vector>

namespace ninefold::docs {

struct BadInput {
  std::string done;  // as the page shows it
  std::string said;  // all that the user, or the model, was told
  int code = 0;      // the exit code; of tools: 0
};

struct BadInputs {
  std::string title;
  std::string about;  // how to read it
  int code = 0;       // of all that do not say otherwise
  std::vector<BadInput> all;
};

BadInputs YamlInputs();
BadInputs WholeYamlInputs();
BadInputs CommandLineInputs();
BadInputs DocumentInputs();
BadInputs ServerInputs();
BadInputs ToolInputs();
BadInputs ApiInputs();

}  // namespace ninefold::docs
