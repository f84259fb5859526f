#include "pipeline/catalogue.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "base/suggest.h"
#include "base/try.h"
#include "model/vendors/vendors.h"
#include "ninefold/catalogue.h"
#include "ninefold/pipeline.h"
#include "ninefold/status.h"
#include "pipeline/files.h"
#include "pipeline/format.h"

namespace ninefold {
namespace pipeline {
namespace {

// Where facts come from: said at the model, else at its vendor.
struct Origin {
  std::string as_of, source;
};

bool IsDay(const std::string& text) {
  absl::CivilDay day;
  return text.size() == 10 && absl::ParseCivilTime(text, &day);
}

Origin ReadOrigin(const YamlNode& map, const Origin& otherwise, Diagnostics& out) {
  Origin origin = otherwise;
  const YamlNode* as_of = map.Find("as_of");
  if (as_of != nullptr && as_of->kind == YamlNode::kScalar) {
    origin.as_of = as_of->text;
    if (!IsDay(as_of->text))
      out.Error(as_of->at,
                absl::StrCat("\"as_of\" must be a day, this is \"", as_of->text.substr(0, 40), "\""),
                "write it as 2026-11-01");
  }
  const YamlNode* source = map.Find("source");
  if (source != nullptr && source->kind == YamlNode::kScalar) origin.source = source->text;
  return origin;
}

std::int64_t CountAt(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.Find(key);
  return node == nullptr ? 0 : AsInteger(*node).value_or(0);
}

void ReadModel(const std::string& vendor, const YamlMember& member, const Origin& of_vendor, Catalogue& to,
               Diagnostics& out) {
  const std::string& name = member.key;
  if (name.empty() || name.find_first_of(" \t\r\n") != std::string::npos) {
    out.Error(member.key_at, absl::StrCat("\"", name.substr(0, 80), "\" is no model's name"),
              "write it as in vendor/name, without the vendor");
  }
  if (absl::StrCat(vendor, "/") == name.substr(0, vendor.size() + 1)) {
    out.Error(member.key_at, absl::StrCat("\"", name.substr(0, 80), "\" names its vendor a second time"),
              absl::StrCat("write ", name.substr(vendor.size() + 1)));
  }
  const YamlNode& map = member.value;
  if (map.kind != YamlNode::kMap) return;  // CheckShape has said so
  const Origin origin = ReadOrigin(map, of_vendor, out);
  for (const auto& [key, value] : {std::pair{"as_of", &origin.as_of}, std::pair{"source", &origin.source}}) {
    if (!value->empty()) continue;
    out.Error(member.key_at, absl::StrCat("\"", name.substr(0, 80), "\" needs \"", key, "\""),
              absl::StrCat("say at the model or at its vendor ",
                           key[0] == 'a' ? "when this was looked up, as 2026-11-01" : "where this stands"));
  }
  ModelFacts facts;
  if (const YamlNode* price = map.Find("price"); price != nullptr && price->kind == YamlNode::kMap)
    facts.price = PriceFrom(*price);
  facts.context_tokens = CountAt(map, "context_tokens");
  facts.max_output_tokens = CountAt(map, "max_output_tokens");
  if (const YamlNode* images = map.Find("images")) facts.images = AsBool(*images);
  facts.as_of = origin.as_of;
  facts.source = origin.source;
  to.Set(absl::StrCat(vendor, "/", name), std::move(facts));
}

void ReadVendor(const YamlMember& vendor, Catalogue& to, Diagnostics& out) {
  const std::vector<std::string> known = VendorNames();
  // A program may open models of other vendors itself (PipelineOptions::open_model).
  if (const std::string near = Suggest(vendor.key, known); !near.empty() && near != vendor.key) {
    out.Warn(vendor.key_at, absl::StrCat("there is no vendor \"", vendor.key.substr(0, 80), "\""),
             absl::StrCat("did you mean \"", near, "\"?"));
  }
  const Origin origin = ReadOrigin(vendor.value, {}, out);
  const YamlNode* models = vendor.value.Find("models");
  if (models == nullptr) return;
  for (const YamlMember& model : models->members) ReadModel(vendor.key, model, origin, to, out);
}

void ReadCatalogue(std::string_view bytes, Source& source, Catalogue& to, Diagnostics& out) {
  source.text = CleanText(bytes, source, out);
  if (!out.ok()) return;
  YamlNode root = ParseYaml(source, out);
  root.at.source = &source;
  if (root.kind == YamlNode::kNull) {
    if (out.ok()) out.Error(root.at, "the file holds no catalogue", "begin with version: 1 and vendors:");
    return;
  }
  CheckShape(root, CatalogueShape(), out);
  const YamlNode* vendors = root.Find("vendors");
  if (vendors == nullptr) return;
  for (const YamlMember& vendor : vendors->members) ReadVendor(vendor, to, out);
}

double RateAt(const YamlNode& map, std::string_view key, double otherwise) {
  const YamlNode* node = map.Find(key);
  return node == nullptr ? otherwise : AsNumber(*node).value_or(otherwise);
}

}  // namespace

Price PriceFrom(const YamlNode& map) {
  Price price;
  price.input = RateAt(map, "input", 0);
  price.cached_input = RateAt(map, "cached_input", price.input);
  price.output = RateAt(map, "output", 0);
  const YamlNode* longer = map.Find("long_prompt");
  if (longer == nullptr) return price;
  price.long_above = CountAt(*longer, "above");
  price.long_input = RateAt(*longer, "input", price.input);
  price.long_cached_input = RateAt(*longer, "cached_input", price.long_input);
  price.long_output = RateAt(*longer, "output", price.output);
  return price;
}

}  // namespace pipeline

absl::StatusOr<Catalogue> ParseCatalogue(std::string_view text, const std::string& path,
                                         std::vector<Diagnostic>* diagnostics) {
  pipeline::Source source;
  source.name = path;
  pipeline::Diagnostics out;
  Catalogue read;
  pipeline::ReadCatalogue(text, source, read, out);
  const std::vector<Diagnostic> found = out.Take();
  if (diagnostics != nullptr) *diagnostics = found;
  CHECK_OK(pipeline::FirstError(found));
  return read;
}

absl::StatusOr<Catalogue> LoadCatalogue(const std::string& path, std::vector<Diagnostic>* diagnostics) {
  // One byte more than allowed, so that the parser says what is wrong with its size.
  const absl::StatusOr<std::string> bytes = pipeline::ReadFile(path, pipeline::kYamlBytesMax);
  if (bytes.ok()) return ParseCatalogue(*bytes, path, diagnostics);
  if (diagnostics != nullptr) *diagnostics = {pipeline::Unreadable(path, bytes.status())};
  return bytes.status();
}

const std::shared_ptr<const Catalogue>& DefaultCatalogue() {
  // Never destroyed: threads may open models while the program ends.
  static const auto* const built_in = [] {
    absl::StatusOr<Catalogue> read = ParseCatalogue(pipeline::BuiltInCatalogueText(), "configs/models.yaml");
    return new std::shared_ptr<const Catalogue>(
        std::make_shared<const Catalogue>(read.ok() ? *std::move(read) : Catalogue()));
  }();
  return *built_in;
}

}  // namespace ninefold
