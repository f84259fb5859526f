// What vendors take of images, kept to before anything is sent: a refusal says nothing of which image it was.
#pragma once

#include <string_view>

#include "ninefold/image.h"
#include "ninefold/model.h"

namespace ninefold {

struct ImageLimits {
  ImageBounds each = {};
  int images_max = 0;              // in one request; 0: unknown, as below
  int many = 0;                    // from more than so many on …
  std::int64_t many_side_max = 0;  // … each side is limited further
  std::size_t base64_max = 0;      // all images of a request together, as they are sent
};
ImageLimits ImageLimitsOf(std::string_view vendor, const ModelCard& card);

// The model, asked with images that keep to `limits`: their media type is what they are, whatever was said.
// One that breaks a limit is scaled down when `scales` and CanEditImages(), which a Warning says; else the
// answer is kInvalidArgument with the image, its size, the limit and what to do.
ModelPtr WithImageLimits(ModelPtr model, std::string vendor, ImageLimits limits, bool scales);

}  // namespace ninefold
