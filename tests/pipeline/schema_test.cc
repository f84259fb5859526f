#include <cstdlib>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"
#include "ninefold/pipeline.h"

namespace ninefold {
namespace {

TEST(PipelineSchema, IsTheOnePublished) {
  constexpr char kPath[] = NINEFOLD_SOURCE_DIR "/docs/pipeline.schema.json";
  if (std::getenv("NINEFOLD_UPDATE_GOLDEN") != nullptr)
    std::ofstream(kPath) << DumpJson(PipelineSchema(), 2) << "\n";
  std::ifstream file(kPath);
  std::stringstream text;
  text << file.rdbuf();
  const std::string made = DumpJson(PipelineSchema(), 2) + "\n";
  EXPECT_TRUE(text.str() == made)
      << "docs/pipeline.schema.json is not what PipelineSchema() makes; if that is "
         "meant: NINEFOLD_UPDATE_GOLDEN=1 build/release/bin/pipeline_load_test";
}

}  // namespace
}  // namespace ninefold
