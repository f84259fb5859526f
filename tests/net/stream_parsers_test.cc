#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/ndjson.h"
#include "net/sse.h"

namespace ninefold {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Events = std::vector<std::string>;

struct Parsed {
  Events events;  // "type|data"
  absl::Status status;
};

Parsed ParseSse(const std::vector<std::string>& pieces, std::size_t event_max = 1u << 20) {
  Parsed parsed;
  SseParser parser(
      [&](const SseEvent& event) {
        parsed.events.push_back(std::string(event.type) + "|" + std::string(event.data));
        return absl::OkStatus();
      },
      event_max);
  for (const std::string& piece : pieces) {
    // A piece of its own, so that reading past its end is seen.
    const std::vector<char> bytes(piece.begin(), piece.end());
    parsed.status = parser.Feed({bytes.data(), bytes.size()});
    if (!parsed.status.ok()) return parsed;
  }
  parsed.status = parser.Finish();
  return parsed;
}

struct SseCase {
  const char* name;
  std::string stream;
  Events events;
};

std::vector<SseCase> SseCases() {
  return {
      {"lf", "data: a\n\ndata: b\n\n", {"|a", "|b"}},
      {"crlf", "data: a\r\n\r\ndata: b\r\n\r\n", {"|a", "|b"}},
      {"cr", "data: a\r\rdata: b\r\r", {"|a", "|b"}},
      {"mixed ends", "data: a\r\n\ndata: b\r\r\ndata: c\n\r", {"|a", "|b", "|c"}},
      {"one blank is dropped", "data:a\ndata:  b\n\n", {"|a\n b"}},
      {"several data lines", "data: {\ndata: \"x\":1}\n\n", {"|{\n\"x\":1}"}},
      {"empty data lines", "data\ndata\n\n", {"|\n"}},
      {"event type", "event: add\ndata: 1\n\ndata: 2\n\n", {"add|1", "|2"}},
      {"no data is no event", "event: ping\n\n: hi\n\nid: 3\n\ndata: x\n\n", {"|x"}},
      {"comments", ": OPENROUTER PROCESSING\n\n:\n\ndata: x\n: inside\ndata: y\n\n", {"|x\ny"}},
      {"byte order mark",
       "\xef\xbb\xbf"
       "data: a\n\n",
       {"|a"}},
      {"half a mark is text",
       "\xef\xbb"
       "data: a\n\ndata: b\n\n",
       {"|b"}},
      {"mark later is text",
       "data: \xef\xbb\xbf"
       "a\n\n",
       {"|\xef\xbb\xbf"
        "a"}},
      {"id and retry", std::string("id: 1\0\nretry: -1\nretry: 1e99\ndata: x\n\n", 38), {"|x"}},
      {"no last blank line", "data: a\n\ndata: b\n", {"|a", "|b"}},
      {"no last line end", "data: a\n\ndata: b", {"|a", "|b"}},
      {"colon in data", "data: a: b:c\n\n", {"|a: b:c"}},
      {"utf-8", "data: \xf0\x9f\x98\x80 \xc3\xa9\n\n", {"|\xf0\x9f\x98\x80 \xc3\xa9"}},
      {"nothing", "", {}},
      {"only line ends", "\r\n\r\n\n\r", {}},
      {"unknown field", "foo: bar\ndata: a\nDATA: b\n\n", {"|a"}},
  };
}

TEST(Sse, TableWhole) {
  for (const SseCase& c : SseCases()) {
    const Parsed parsed = ParseSse({c.stream});
    EXPECT_TRUE(parsed.status.ok()) << c.name;
    EXPECT_EQ(parsed.events, c.events) << c.name;
  }
}

TEST(Sse, TableCutAtEveryTwoPlaces) {
  for (const SseCase& c : SseCases()) {
    for (std::size_t i = 0; i <= c.stream.size(); ++i) {
      for (std::size_t j = i; j <= c.stream.size(); ++j) {
        const Parsed parsed =
            ParseSse({c.stream.substr(0, i), c.stream.substr(i, j - i), c.stream.substr(j)});
        ASSERT_EQ(parsed.events, c.events) << c.name << " cut at " << i << " and " << j;
      }
    }
  }
}

TEST(Sse, TableByteByByte) {
  for (const SseCase& c : SseCases()) {
    std::vector<std::string> bytes;
    for (char byte : c.stream) bytes.emplace_back(1, byte);
    EXPECT_EQ(ParseSse(bytes).events, c.events) << c.name;
  }
}

TEST(Sse, EventsAreBounded) {
  const struct {
    const char* name;
    std::string unit;
    int times;
  } cases[] = {{"a line without end", "xxxxxxxxxxxxxxxxx", 100},
               {"data lines without end", "data: 0123456789\n", 100},
               {"empty data lines", "data:\n", 1000},
               {"fields that are no data", "id: 0123456789\n", 100}};
  for (const auto& c : cases) {
    const std::vector<std::string> pieces(std::size_t(c.times), c.unit);
    const Parsed parsed = ParseSse(pieces, 1000);
    EXPECT_EQ(parsed.status.code(), absl::StatusCode::kResourceExhausted) << c.name;
    EXPECT_THAT(std::string(parsed.status.message()), HasSubstr("longer than 1000 bytes")) << c.name;
  }
}

TEST(Sse, CommentsAndManyEventsAreNotBounded) {
  std::vector<std::string> pieces(500, ": keep-alive\n");
  pieces.insert(pieces.end(), 500, "data: 0123456789\n\n");
  const Parsed parsed = ParseSse(pieces, 1000);
  EXPECT_TRUE(parsed.status.ok()) << parsed.status;
  EXPECT_EQ(parsed.events.size(), 500u);
}

TEST(Sse, AnErrorOfTheReaderEndsParsing) {
  int calls = 0;
  SseParser parser([&](const SseEvent&) {
    ++calls;
    return absl::DataLossError("enough");
  });
  EXPECT_EQ(parser.Feed("data: a\n\ndata: b\n\n"), absl::DataLossError("enough"));
  EXPECT_EQ(calls, 1);
}

TEST(Sse, KeepsAStrayLineOfJson) {
  SseParser parser([](const SseEvent&) { return absl::OkStatus(); });
  ASSERT_TRUE(parser.Feed("data: a\n\n{\"error\":\"out of memory\"}\n").ok());
  ASSERT_TRUE(parser.Finish().ok());
  EXPECT_EQ(parser.stray(), "{\"error\":\"out of memory\"}");
}

TEST(Ndjson, CutAtEveryPlace) {
  const std::string stream = "{\"a\":1}\r\n\n  \n{\"b\":\"x\"}\n[3]";
  for (std::size_t i = 0; i <= stream.size(); ++i) {
    for (std::size_t j = i; j <= stream.size(); ++j) {
      Events lines;
      NdjsonParser parser([&](std::string_view line) {
        lines.emplace_back(line);
        return absl::OkStatus();
      });
      for (const std::string& piece : {stream.substr(0, i), stream.substr(i, j - i), stream.substr(j)}) {
        ASSERT_TRUE(parser.Feed(piece).ok());
      }
      ASSERT_TRUE(parser.Finish().ok());
      ASSERT_THAT(lines, ElementsAre("{\"a\":1}", "{\"b\":\"x\"}", "[3]")) << i << " " << j;
    }
  }
}

TEST(Ndjson, LinesAreBounded) {
  NdjsonParser parser([](std::string_view) { return absl::OkStatus(); }, 10);
  EXPECT_TRUE(parser.Feed("0123456789\n01234").ok());
  EXPECT_EQ(parser.Feed("567890").code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace ninefold
