#include <fstream>
#include <sstream>

#include "gtest/gtest.h"
#include "ninefold/pipeline.h"

namespace ninefold {
namespace {

TEST(PipelineSchema, IsTheOnePublished) {
  std::ifstream file(NINEFOLD_SOURCE_DIR "/docs/pipeline.schema.json");
  std::stringstream text;
  text << file.rdbuf();
  const std::string made = DumpJson(PipelineSchema(), 2) + "\n";
  EXPECT_TRUE(text.str() == made)
      << "docs/pipeline.schema.json is not what PipelineSchema() makes; it should be\n"
      << made;
}

}  // namespace
}  // namespace ninefold
