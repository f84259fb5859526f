#include "cli/saved_images.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "base/utf8.h"
#include "cli/run_setup.h"
#include "cli/terminal.h"
#include "ninefold/image.h"
#include "ninefold/model.h"
#include "ninefold/status.h"
#include "ninefold/tool.h"
#include "pipeline/given_file.h"

namespace ninefold::cli {
namespace {

constexpr std::size_t kNameBytesMax = 200;
constexpr std::size_t kImageBytesMax = std::size_t(256) << 20;

std::vector<Part> PartsOf(const StepRecord& step) {
  // Most steps hold no image: their results need not be read.
  if (!absl::StrContains(step.result, "\"image\"")) return {};
  const absl::StatusOr<Json> json = ParseJson(step.result, {.bytes_max = kImageBytesMax});
  if (!json.ok()) return {};
  if (step.kind == "tool") {
    absl::StatusOr<ToolOutput> output = ToolOutputFromJson(*json);
    return output.ok() ? std::move(output->parts) : std::vector<Part>();
  }
  if (step.kind != "model") return {};
  absl::StatusOr<ModelReply> reply = ModelReplyFromJson(*json);
  return reply.ok() ? std::move(reply->message.parts) : std::vector<Part>();
}

std::string EndingOf(const Image& image) {
  const std::string_view sniffed = SniffMediaType(image.bytes);
  const std::string type = sniffed.empty() ? image.media_type : std::string(sniffed);
  for (const char* known : {"png", "gif", "webp", "bmp", "tiff", "heic", "avif"}) {
    if (type == absl::StrCat("image/", known)) return absl::StrCat(".", known);
  }
  return type == "image/jpeg" ? ".jpg" : ".bin";
}

absl::Status CannotSave(const std::string& path, int error) {
  return absl::ErrnoToStatus(error, absl::StrCat("--images: \"", path, "\": cannot write it"));
}

absl::Status MakeImageFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder)) {
    const std::string why = error ? error.message() : "it is no folder";
    return absl::InvalidArgumentError(
        absl::StrCat("--images \"", folder, "\": ", why, "; name a folder, or one that can be made"));
  }
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return absl::OkStatus();
  const int why = errno;
  return absl::ErrnoToStatus(
      why, absl::StrCat("--images \"", folder, "\": cannot write into it; name another folder"));
}

// Never through a link, never over another file.
absl::Status SaveAt(const std::string& path, const std::string& bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0) {
    const int why = errno;
    if (why != EEXIST) return CannotSave(path, why);
    const absl::StatusOr<std::string> there = pipeline::ReadRegular(path, "--images", bytes.size());
    if (there.ok() && *there == bytes) return absl::OkStatus();
    return absl::AlreadyExistsError(
        absl::StrCat("--images: \"", path, "\" is there and holds something else; name another folder"));
  }
  absl::Status written = WriteAll(fd, bytes, absl::StrCat("--images: \"", path, "\""));
  if (::close(fd) != 0 && written.ok()) written = CannotSave(path, errno);
  if (!written.ok()) ::unlink(path.c_str());  // no half image
  return written;
}

}  // namespace

std::vector<Image> ImagesOf(const std::vector<StepRecord>& steps) {
  std::vector<Image> images;
  for (const StepRecord& step : steps) {
    for (Part& part : PartsOf(step)) {
      auto* image = std::get_if<Image>(&part);
      if (image == nullptr || image->bytes.empty()) continue;
      const bool known = std::any_of(images.begin(), images.end(), [&](const Image& other) {
        return other.name == image->name && other.bytes == image->bytes;
      });
      if (!known) images.push_back(std::move(*image));
    }
  }
  return images;
}

std::string FileNameOf(const Image& image) {
  std::string name = MendUtf8(CutUtf8(image.name, kNameBytesMax));
  for (char& c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '/' || c == '\\') c = '_';
  }
  if (!name.empty() && name[0] == '.') name[0] = '_';
  if (name.empty()) name = "image";
  const std::string ending = EndingOf(image);
  return absl::EndsWithIgnoreCase(name, ending) ? name : name + ending;
}

absl::StatusOr<std::vector<std::string>> SaveImages(const std::vector<Image>& images,
                                                    const std::string& folder) {
  CHECK_OK(MakeImageFolder(folder));
  std::vector<std::string> paths;
  std::map<std::string, int> taken;
  for (const Image& image : images) {
    std::string name = FileNameOf(image);
    const int times = ++taken[name];
    const std::size_t dot = name.rfind('.');
    if (times > 1) name.insert(dot, absl::StrCat("-", times));
    const std::string path = (std::filesystem::path(folder) / name).string();
    CHECK_OK(SaveAt(path, image.bytes));
    paths.push_back(path);
  }
  return paths;
}

}  // namespace ninefold::cli
