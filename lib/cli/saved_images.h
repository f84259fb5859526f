// The images that a run's record holds, saved as files.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ninefold/journal.h"
#include "ninefold/message.h"

namespace ninefold::cli {

// Those that tools and models of the run made, oldest first; each once.
std::vector<Image> ImagesOf(const std::vector<StepRecord>& steps);

// What a file that holds the image is called: its name with an ending that tells its type, and without what
// leads out of a folder. "photo.png#4821" is in "photo.png#4821.png".
std::string FileNameOf(const Image& image);

// Writes each into `folder`, which is made if need be, and gives the paths. A file that is there already is
// kept when it holds the same, else nothing is written over it: kAlreadyExists. Errors name --images and the
// path.
absl::StatusOr<std::vector<std::string>> SaveImages(const std::vector<Image>& images,
                                                    const std::string& folder);

}  // namespace ninefold::cli
