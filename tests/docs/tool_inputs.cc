// Calls that a model may get wrong. Each is made by a scripted model in an agent's turn; what is kept is what
// the model reads next.
#include "docs/bad_inputs.h"
#include "docs/shell.h"
#include "ninefold/ninefold.h"
#include "ninefold/testing/scripted.h"
#include "ninefold/testing/sim.h"

namespace ninefold::docs {
namespace {

enum class Room { kHall, kDome };
NINEFOLD_DESCRIBE_ENUM(Room, (kHall, "hall"), (kDome, "dome"))

struct Booking {
  std::string name;
  int nights = 1;
  std::optional<Room> room;
  std::optional<std::vector<std::string>> guests;
};
NINEFOLD_DESCRIBE(Booking, (name, "Who pays"), (nights, "How many", Min(1), Max(30)), (room, "Which"),
                  (guests, "Who comes along"))

absl::StatusOr<std::string> Book(const Booking& booking) {
  if (booking.name == "Nobody")
    return absl::NotFoundError("nobody is called \"Nobody\"; give a guest's name");
  return "booked for " + booking.name;
}

struct Call {
  const char* tool;
  const char* arguments;
};

constexpr Call kCalls[] = {
    {"book", R"({"name":"Ada","nights":300})"},
    {"book", R"({"nights":2})"},
    {"book", R"({"name":"Ada","nights":"two"})"},
    {"book", R"({"name":"Ada","nihgts":2})"},
    {"book", R"({"name":"Ada","room":"cellar"})"},
    {"book", R"({"name":"Ada","guests":["Bo",7]})"},
    {"book", R"(["Ada"])"},
    {"book", R"({"name":"Ada",)"},
    {"book", R"({"name":"Ada","name":"Bo"})"},
    {"book", R"({"name":"Nobody"})"},
    {"bok", R"({"name":"Ada"})"},
    {"calculator", R"({"expression":"1/0"})"},
    {"calculator", R"({"expression":"2 +* 3"})"},
    {"calculator", R"({"expression":"9^9^9^9"})"},
    {"text.search", R"({"query":""})"},
    {"files.read", R"({"path":"../secret"})"},
    {"files.read", R"({"path":"link"})"},
    {"files.read", R"({"path":"nots.txt"})"},
    {"files.read", R"({"path":"photo.png"})"},
    {"files.search", R"({"text":""})"},
    {"files.list", R"({"path":"notes.txt"})"},
};

// The model's arguments as they arrive from the wire: text that is no JSON stays text.
Json Arrived(const std::string& text) {
  JsonLimits limits;
  limits.refuse_duplicates = true;
  absl::StatusOr<Json> json = ParseJson(text, limits);
  return json.ok() ? *std::move(json) : Json(text);
}

std::string Told(const std::vector<ToolPtr>& tools, const Call& call) {
  auto model = testing::Scripted({testing::Ask(call.tool, Arrived(call.arguments)), testing::Say("done")});
  testing::Sim sim;
  const auto reply = sim.Run(MakeAgent({.name = "clerk", .model = model, .tools = tools}), "Book a room.");
  EXPECT_TRUE(reply.ok()) << call.arguments << ": " << reply.status();
  EXPECT_EQ(model->unused(), 0u) << call.arguments << ": the agent goes on";
  if (model->requests().size() < 2) return "";
  const Message last = model->requests()[1].conversation.back();
  const auto* result = std::get_if<ToolResult>(&last.parts.at(0));
  if (result == nullptr) return "";
  EXPECT_TRUE(result->is_error) << call.arguments;
  return TextOf(result->content);
}

}  // namespace

BadInputs ToolInputs() {
  BadInputs group{.title = "Tool arguments",
                  .about =
                      "What a model sent, and what it reads as the result of its call: it may mend the call, "
                      "and the run\n"
                      "goes on. `book` is a function with `MakeTool`, over a struct with the fields `name`, "
                      "`nights` (1 to\n"
                      "30), `room` (an enum) and `guests` (a vector), of which only the name is required; it "
                      "is called with\n"
                      "checked arguments only. The other tools are built in.",
                  .code = 0,
                  .all = {}};
  Shell folder;
  folder.Write("notes.txt", "The dome is open.\n");
  folder.Write("photo.png", std::string("\x89PNG\r\n\x1a\n\0\0", 10));
  std::filesystem::create_symlink("/etc/passwd", folder.Path("link"));
  std::vector<Document> documents;
  documents.push_back({"notes.txt", "The dome is open."});
  std::vector<ToolPtr> tools = *FileTools(folder.Path("."));
  tools.push_back(MakeTool("book", "Books a room", Book, {.quick = true}));
  tools.push_back(Calculator());
  tools.push_back(*TextSearch(std::move(documents)));
  for (const Call& call : kCalls) {
    group.all.push_back(
        {std::string(call.tool) + " " + call.arguments, folder.Fixed(Told(tools, call)) + "\n", 0});
  }
  return group;
}

}  // namespace ninefold::docs
