// A tool is something a model may call. Most tools are one function:
//
//   struct WeatherQuery { std::string city; std::optional<int> days; };
//   NINEFOLD_DESCRIBE(WeatherQuery, (city, "City, in English"), (days, "Days ahead", Min(1), Max(10)))
//
//   ToolPtr weather = MakeTool("weather", "Forecast for a city",
//       [](const WeatherQuery& q) -> absl::StatusOr<std::string> { return "sunny in " + q.city; });
//
// (schema.h has NINEFOLD_DESCRIBE and MakeTool.) Derive from Tool when a tool has state. Tools are shared by
// concurrent runs: what belongs to one run lives in its Context, never in the tool.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ninefold/async.h"
#include "ninefold/context.h"
#include "ninefold/message.h"

namespace ninefold {

struct ToolOutput {
  std::vector<Part> parts;
  bool is_error = false;            // the call failed in a way the model can react to
  std::vector<Citation> citations;  // places the output was taken from; they become evidence
};
ToolOutput TextOutput(std::string text);
ToolOutput DataOutput(Json value);
ToolOutput ErrorOutput(std::string message);

class Tool {
 public:
  virtual ~Tool() = default;
  virtual const ToolSpec& spec() const = 0;

  // Runs the tool; `arguments` conform to spec().parameters. The model sees any output, is_error or not, and
  // goes on. A non-OK status ends the run, so keep it for what no model can mend: kCancelled,
  // kResourceExhausted, kPermissionDenied.
  virtual Async<absl::StatusOr<ToolOutput>> Call(const Json& arguments, Context& ctx) const = 0;

  // Told on the loop, in place of Call, when the output was taken from the journal: a tool whose outputs
  // later calls refer to learns them again.
  virtual void Recalled(const Json&, const ToolOutput&) const {}
};
using ToolPtr = std::shared_ptr<const Tool>;

// A tool from a schema and a callable, for tools known only at run time. `fn` is a coroutine function; it is
// called on the loop and must not block.
using ToolFn = std::function<Async<absl::StatusOr<ToolOutput>>(const Json& arguments, Context& ctx)>;
ToolPtr MakeDynamicTool(ToolSpec spec, ToolFn fn);

// The same from a blocking function: it runs on the thread pool, off the loop, and must be safe to call from
// any thread.
using BlockingToolFn = std::function<absl::StatusOr<ToolOutput>(const Json& arguments)>;
ToolPtr MakeBlockingTool(ToolSpec spec, BlockingToolFn fn);

struct ToolLimits {
  absl::Duration timeout = absl::Seconds(60);
  std::size_t output_bytes_max = 256u << 10;  // longer text is cut, and the cut is said
};

// One step of a run: checks the arguments against the schema, asks the policy, counts the budget, emits
// ToolStarted and ToolEnded, takes the output from the journal if it is there, else calls the tool under its
// time-out and records the output under ctx's path. Invalid arguments, a denial, a time-out and a tool's own
// failure are error outputs; non-OK only ends the run.
Async<absl::StatusOr<ToolOutput>> CallTool(const Tool& tool, const ToolCall& call, const ToolLimits& limits,
                                           Context& ctx);

Json ToJson(const ToolOutput& output);
absl::StatusOr<ToolOutput> ToolOutputFromJson(const Json& json);

// ---- built in ----------------------------------------------------------------------------------

// "calculator": arithmetic over decimal numbers: + - * / % ^ ( ), functions sqrt abs min max round floor ceil
// ln log10 exp sin cos tan, constants pi e.
ToolPtr Calculator();

// A text that can be searched and cited.
struct Document {
  std::string name;
  std::string text;  // UTF-8
};
// "text.search": passages of the documents ranked against a query, with their lines.
absl::StatusOr<ToolPtr> TextSearch(std::vector<Document> documents);

// "data.query": rows of tables and of lists in JSON (data.h): chosen, grouped, counted, summed, in order.
// Each has a name of its own.
absl::StatusOr<ToolPtr> DataQuery(std::vector<Data> data);

// "files.list", "files.read", "files.search" under `root`: no path leaves it, by .. or by a symbolic link.
// kNotFound when root is no directory.
absl::StatusOr<std::vector<ToolPtr>> FileTools(std::string root, std::size_t file_bytes_max = 1u << 20);

// "image.crop", "image.zoom", "image.annotate", "image.grid", "image.measure" over the images and over those
// that the tools made of them, by name: "photo.png", "photo.png#4821". Images without a name are called
// "image-1" and so on. They can be shared: what is made is a function of the images and the arguments.
// Without CanEditImages() (image.h) they are there and say what is missing. kInvalidArgument: two images of
// one name.
absl::StatusOr<std::vector<ToolPtr>> ImageTools(std::vector<Image> images);

}  // namespace ninefold
