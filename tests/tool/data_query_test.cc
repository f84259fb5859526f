#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "matchers.h"
#include "ninefold/data.h"
#include "tool/harness.h"

namespace ninefold {
namespace {

using ::testing::HasSubstr;

constexpr char kPumps[] =
    "pump,site,hours,since\n"
    "A,north,3,2026-01-02\n"
    "B,north,,2025-12-31\n"
    "C,south,12,2026-03-01\n"
    "D,south,5,\n";
constexpr char kOrders[] = R"({"orders":[{"id":1,"total":9.5},{"id":2,"paid":true},3]})";

ToolPtr Tool() { return *DataQuery({*ReadData("pumps.csv", kPumps), *ReadData("orders.json", kOrders)}); }

// The output's JSON, or its text.
std::string Ask(const ToolPtr& tool, std::string_view arguments) {
  const absl::StatusOr<ToolOutput> output = Harness().Call(*tool, *ParseJson(arguments));
  if (!output.ok()) return std::string(output.status().message());
  if (output->parts.empty()) return "nothing";
  const auto* data = std::get_if<Data>(&output->parts[0]);
  return data == nullptr ? TextOf(output->parts) : DumpJson(data->value);
}

TEST(DataQuery, Answers) {
  struct {
    const char *arguments, *want;
  } const cases[] = {
      {R"({"data":"pumps.csv","columns":["pump"],"limit":2})",
       R"({"columns":["pump"],"matching_rows":4,"rows":[["A"],["B"]],"rows_left_out":2})"},
      {R"({"data":"pumps.csv","columns":["pump"],"where":[{"column":"hours","op":">=","value":"5"}]})",
       R"({"columns":["pump"],"matching_rows":2,"rows":[["C"],["D"]]})"},
      {R"({"data":"pumps.csv","columns":["pump"],"where":[{"column":"hours","op":"=","value":null}]})",
       R"({"columns":["pump"],"matching_rows":1,"rows":[["B"]]})"},
      {R"({"data":"pumps.csv","columns":["pump"],"where":[{"column":"hours","op":"!=","value":3},
          {"column":"site","op":"contains","value":"NOR"}]})",
       R"({"columns":["pump"],"matching_rows":1,"rows":[["B"]]})"},
      {R"({"data":"pumps.csv","columns":["pump"],"where":[{"column":"since","op":"<","value":"2026-02-01"}]})",
       R"({"columns":["pump"],"matching_rows":2,"rows":[["A"],["B"]]})"},
      {R"({"data":"pumps.csv","columns":["pump","hours"],"order_by":"hours","descending":true})",
       R"({"columns":["pump","hours"],"matching_rows":4,"rows":[["C",12],["D",5],["A",3],["B",null]]})"},
      {R"({"data":"pumps.csv","aggregate":[{"function":"count"},{"function":"count","column":"hours"},
          {"function":"sum","column":"hours"},{"function":"max","column":"since"},
          {"function":"distinct","column":"site"}]})",
       R"j({"columns":["count","count(hours)","sum(hours)","max(since)","distinct(site)"],)j"
       R"j("matching_rows":4,"rows":[[4,3,20,"2026-03-01",2]]})j"},
      {R"j({"data":"pumps.csv","group_by":["site"],"aggregate":[{"function":"mean","column":"hours"}],
          "order_by":"mean(hours)","descending":true})j",
       R"j({"columns":["site","mean(hours)"],"matching_rows":4,"rows":[["south",8.5],["north",3.0]]})j"},
      {R"({"data":"pumps.csv","group_by":["site"],"limit":1})",
       R"({"columns":["site","count"],"groups_left_out":1,"matching_rows":4,"rows":[["north",2]]})"},
      {R"({"data":"pumps.csv","where":[{"column":"pump","op":"=","value":"Z"}],
          "aggregate":[{"function":"sum","column":"hours"},{"function":"min","column":"hours"}]})",
       R"j({"columns":["sum(hours)","min(hours)"],"matching_rows":0,"rows":[[0,null]]})j"},
      {R"({"data":"orders.json","list":"/orders"})",
       R"({"columns":["id","paid","total","value"],"matching_rows":3,)"
       R"("rows":[[1,null,9.5,null],[2,true,null,null],[null,null,null,3]]})"},
  };
  const ToolPtr tool = Tool();
  for (const auto& one : cases) EXPECT_EQ(Ask(tool, one.arguments), one.want) << one.arguments;
}

TEST(DataQuery, SaysWhatToMend) {
  struct {
    const char *arguments, *error;
  } const cases[] = {
      {"{}", "say in \"data\" which: pumps.csv, orders.json"},
      {R"({"data":"pump.csv"})", "there is no data \"pump.csv\"; did you mean \"pumps.csv\"?"},
      {R"({"data":"pumps.csv","columns":["hour"]})", "there is no column \"hour\"; did you mean \"hours\"?"},
      {R"({"data":"pumps.csv","order_by":"x"})", "there are: pump, site, hours, since"},
      {R"({"data":"pumps.csv","group_by":["site"],"order_by":"hours"})",
       "there is no column of the result \"hours\""},
      {R"({"data":"pumps.csv","aggregate":[{"function":"sum","column":"site"}]})",
       "column \"site\" holds more than numbers, such as \"north\""},
      {R"({"data":"pumps.csv","aggregate":[{"function":"sum"}]})", "sum needs a column"},
      {R"({"data":"orders.json"})", "orders.json is no list; say in \"list\" where one is"},
      {R"({"data":"orders.json","list":"/x"})", "list: \"/x\" leads to nothing in orders.json"},
      {R"({"data":"orders.json","list":"x"})", "list: \"x\" leads to nothing"},
      {R"({"data":"pumps.csv","where":[{"column":"site","op":"like","value":"x"}]})", "/where/0/op"},
  };
  const ToolPtr tool = Tool();
  for (const auto& one : cases) EXPECT_THAT(Ask(tool, one.arguments), HasSubstr(one.error));
  EXPECT_THAT(Ask(*DataQuery({}), "{}"), HasSubstr("no data was given"));
  EXPECT_THAT(DataQuery({Data{1, "a"}, Data{2, "a"}}),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("two data are named \"a\"")));
  EXPECT_THAT(DataQuery({Data{1, ""}}), Fails(absl::StatusCode::kInvalidArgument, HasSubstr("no name")));
}

TEST(DataQuery, SumsThatNoIntegerHolds) {
  const Json rows = Json::array({{{"n", INT64_MAX}}, {{"n", 1}}});
  EXPECT_THAT(Ask(*DataQuery({Data{rows, "n"}}), R"({"aggregate":[{"function":"sum","column":"n"}]})"),
              HasSubstr("[[9.223372036854776e+18]]"));
}

}  // namespace
}  // namespace ninefold
