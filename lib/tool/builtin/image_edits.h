// What the image tools do to one picture: a function of it and the arguments.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "ninefold/json.h"
#include "ninefold/message.h"

namespace ninefold {

struct ImageEdit {
  Image image;       // without a name; no bytes: the tool only tells
  std::string text;  // "pixels 10,20 to 300,200 of photo.png (1200 x 800), shown as 1024 x 635 pixels"
};

// `tool` is "image.crop" and so on; `arguments` conform to its schema. Errors name the field and the size.
absl::StatusOr<ImageEdit> EditImage(std::string_view tool, const Image& source, const Json& arguments);

// The schema of a tool's arguments.
Json ImageEditSchema(std::string_view tool);

}  // namespace ninefold
