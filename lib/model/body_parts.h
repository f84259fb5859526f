// What the dialects' requests have in common: parts as text, and as data URLs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ninefold/message.h"

namespace ninefold {

bool IsBlank(std::string_view text);
bool IsTextFile(const File& file);
// Whether the part can be said in text alone.
bool IsTextPart(const Part& part);
// The part as text for a model: data with its name, a text file between tags with its name; "" for reasoning,
// calls, results, images and other files.
std::string TextForModel(const Part& part);
// The texts of the parts that have some, a line break between them.
std::string JoinedText(const std::vector<Part>& parts);

std::string DataUrl(std::string_view media_type, std::string_view bytes);
std::string UrlOf(const Image& image);

// Arguments as text: what the model wrote where it was no JSON object.
std::string ArgumentsText(const ToolCall& call);

// Strict output needs objects that are closed and whose members are all required.
bool FitsStrict(const Json& schema);

}  // namespace ninefold
