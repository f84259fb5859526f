#include <cstdlib>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"
#include "ninefold/experiment.h"

namespace ninefold {
namespace {

TEST(ExperimentSchema, IsTheOnePublished) {
  constexpr char kPath[] = NINEFOLD_SOURCE_DIR "/docs/experiment.schema.json";
  const std::string made = DumpJson(ExperimentSchema(), 2) + "\n";
  if (std::getenv("NINEFOLD_UPDATE_GOLDEN") != nullptr) std::ofstream(kPath) << made;
  std::ifstream file(kPath);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == made)
      << "docs/experiment.schema.json is not what ExperimentSchema() makes; if that is meant: "
         "NINEFOLD_UPDATE_GOLDEN=1 build/release/bin/experiment_test";
}

}  // namespace
}  // namespace ninefold
