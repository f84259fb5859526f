#include "tool/builtin/image_edits.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/try.h"
#include "image/draw.h"
#include "image/scale.h"
#include "ninefold/image.h"
#include "ninefold/schema.h"
#include "ninefold/status.h"

namespace ninefold {

struct ImagePart {
  std::string image;
  double left, top, right, bottom;
};
constexpr char kImageName[] =
    "Its name, as \"photo.png\" or \"photo.png#4821\"; may be left out when there is one";
constexpr char kUnits[] = "Pixels from the left; or, where all four lie from 0 to 1, fractions of the size";
NINEFOLD_DESCRIBE(ImagePart, (image, kImageName, MayBeAbsent()), (left, kUnits, Min(0.0)),
                  (top, "From the top", Min(0.0)), (right, "More than left", Min(0.0)),
                  (bottom, "More than top", Min(0.0)))

struct ImageZoomed {
  std::string image;
  double left, top, right, bottom;
  std::optional<double> factor;
};
NINEFOLD_DESCRIBE(ImageZoomed, (image, kImageName, MayBeAbsent()), (left, kUnits, Min(0.0)),
                  (top, "From the top", Min(0.0)), (right, "More than left", Min(0.0)),
                  (bottom, "More than top", Min(0.0)),
                  (factor, "How many times larger; by default up to about 1000 pixels a side", Min(1.0),
                   Max(32.0)))

enum class MarkColour { kRed, kGreen, kBlue, kYellow, kOrange, kMagenta, kCyan, kBlack, kWhite };
NINEFOLD_DESCRIBE_ENUM(MarkColour, (kRed, "red"), (kGreen, "green"), (kBlue, "blue"), (kYellow, "yellow"),
                       (kOrange, "orange"), (kMagenta, "magenta"), (kCyan, "cyan"), (kBlack, "black"),
                       (kWhite, "white"))

struct MarkBox {
  double left, top, right, bottom;
  std::string label;
  MarkColour color;
};
NINEFOLD_DESCRIBE(MarkBox, (left, kUnits, Min(0.0)), (top, "From the top", Min(0.0)),
                  (right, "More than left", Min(0.0)), (bottom, "More than top", Min(0.0)),
                  (label, "Written at it", MayBeAbsent(), MaxLength(80)),
                  (color, "Default red", MayBeAbsent()))
struct MarkLabel {
  double x, y;
  std::string text;
  MarkColour color;
};
NINEFOLD_DESCRIBE(MarkLabel, (x, "Pixels, or fractions where both lie from 0 to 1", Min(0.0)),
                  (y, "From the top", Min(0.0)), (text, "What is written", MinLength(1), MaxLength(80)),
                  (color, "Default red", MayBeAbsent()))
struct MarkArrow {
  double from_x, from_y, to_x, to_y;
  std::string label;
  MarkColour color;
};
NINEFOLD_DESCRIBE(MarkArrow, (from_x, "Pixels, or fractions where all four lie from 0 to 1", Min(0.0)),
                  (from_y, "From the top", Min(0.0)), (to_x, "What it points at", Min(0.0)),
                  (to_y, "From the top", Min(0.0)),
                  (label, "Written at its tail", MayBeAbsent(), MaxLength(80)),
                  (color, "Default red", MayBeAbsent()))

struct ImageMarks {
  std::string image;
  std::vector<MarkBox> boxes;
  std::vector<MarkLabel> labels;
  std::vector<MarkArrow> arrows;
};
NINEFOLD_DESCRIBE(ImageMarks, (image, kImageName, MayBeAbsent()),
                  (boxes, "Frames", MayBeAbsent(), MaxItems(100)),
                  (labels, "Texts", MayBeAbsent(), MaxItems(100)),
                  (arrows, "Arrows", MayBeAbsent(), MaxItems(100)))

struct ImageCells {
  std::string image;
  int columns = 8;
  int rows = 6;
};
NINEFOLD_DESCRIBE(ImageCells, (image, kImageName, MayBeAbsent()),
                  (columns, "Named A, B, C …", Min(1), Max(26)), (rows, "Named 1, 2, 3 …", Min(1), Max(40)))

struct MeasuredPoint {
  double x, y;
};
NINEFOLD_DESCRIBE(MeasuredPoint, (x, "Pixels; fractions where all of a distance's lie from 0 to 1", Min(0.0)),
                  (y, "From the top", Min(0.0)))
struct MeasuredRegion {
  double left, top, right, bottom;
};
NINEFOLD_DESCRIBE(MeasuredRegion, (left, kUnits, Min(0.0)), (top, "From the top", Min(0.0)),
                  (right, "More than left", Min(0.0)), (bottom, "More than top", Min(0.0)))
struct ImageMeasured {
  std::string image;
  std::optional<MeasuredPoint> from, to;
  std::optional<MeasuredRegion> region;
};
NINEFOLD_DESCRIBE(ImageMeasured, (image, kImageName, MayBeAbsent()), (from, "Where a distance begins"),
                  (to, "Where it ends"), (region, "Whose mean colour is wanted"))

namespace {

constexpr int kShownSideMax = 1568;  // more is scaled down by most models that see
constexpr int kZoomedSide = 1024;
constexpr int kZoomedSideMax = 2000;

// A picture on the way: who it is, for messages.
struct Seen {
  const Image& image;
  std::int64_t width, height;
  std::string Size() const { return absl::StrCat(width, " x ", height); }
  bool photo() const { return SniffMediaType(image.bytes) != "image/png"; }
};

absl::Status Outside(const Seen& seen, std::string_view field, double value) {
  return absl::InvalidArgumentError(absl::StrCat(ToAbsl(field), ": ", value, " lies outside \"",
                                                 seen.image.name, "\", which is ", seen.Size(),
                                                 " pixels; give pixels, or fractions from 0 to 1"));
}

bool AllFractions(std::initializer_list<double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value <= 1; });
}

// A coordinate in pixels.
absl::StatusOr<double> Along(const Seen& seen, std::string_view field, double value, bool fraction,
                             std::int64_t length) {
  const double pixels = fraction ? value * double(length) : value;
  if (!(pixels >= 0 && pixels <= double(length))) return Outside(seen, field, value);
  return pixels;
}

template <class Box>
absl::StatusOr<PixelBox> BoxOf(const Seen& seen, const Box& box, const std::string& at) {
  const bool fraction = AllFractions({box.left, box.top, box.right, box.bottom});
  TRY(const double left, Along(seen, at + "left", box.left, fraction, seen.width));
  TRY(const double right, Along(seen, at + "right", box.right, fraction, seen.width));
  TRY(const double top, Along(seen, at + "top", box.top, fraction, seen.height));
  TRY(const double bottom, Along(seen, at + "bottom", box.bottom, fraction, seen.height));
  const char* wrong = right <= left ? "right" : bottom <= top ? "bottom" : nullptr;
  if (wrong != nullptr) {
    const bool wide = *wrong == 'r';
    return absl::InvalidArgumentError(absl::StrCat(
        at, wrong, ": ", wide ? box.right : box.bottom, " must be more than ", wide ? "left, " : "top, ",
        wide ? box.left : box.top, "; \"", seen.image.name, "\" is ", seen.Size(), " pixels"));
  }
  PixelBox pixels{int(left), int(top), int(std::ceil(right)), int(std::ceil(bottom))};
  pixels.left = std::min(pixels.left, int(seen.width) - 1);
  pixels.top = std::min(pixels.top, int(seen.height) - 1);
  return pixels;
}

struct PixelPoint {
  double x = 0, y = 0;
};

absl::StatusOr<PixelPoint> PointOf(const Seen& seen, double x, double y, bool fraction,
                                   const std::string& x_field, const std::string& y_field) {
  PixelPoint point;
  TRY(point.x, Along(seen, x_field, x, fraction, seen.width));
  TRY(point.y, Along(seen, y_field, y, fraction, seen.height));
  return point;
}

// `box` so large that its longer side is `side`.
absl::StatusOr<Pixels> Magnified(const Pixels& pixels, const PixelBox& box, double side) {
  const double scale = side / std::max(box.width(), box.height());
  const auto scaled = [&](int length) { return std::max(1, int(std::lround(length * scale))); };
  return Resample(pixels, box, scaled(box.width()), scaled(box.height()));
}

std::string PartText(const Seen& seen, const PixelBox& box, const Pixels& shown) {
  return absl::StrCat("pixels ", box.left, ",", box.top, " to ", box.right, ",", box.bottom, " of ",
                      seen.image.name, " (", seen.Size(), "), shown as ", shown.width(), " x ",
                      shown.height(), " pixels");
}

absl::StatusOr<ImageEdit> CropImage(const Seen& seen, const ImagePart& arguments) {
  TRY(const PixelBox box, BoxOf(seen, arguments, ""));
  TRY(const Pixels pixels, DecodeImage(seen.image.bytes));
  const int side = std::min(kShownSideMax, std::max(box.width(), box.height()));
  TRY(const Pixels shown, Magnified(pixels, box, side));
  ImageEdit edit;
  TRY(edit.image, EncodeFor(shown, seen.photo()));
  edit.text = PartText(seen, box, shown);
  return edit;
}

absl::StatusOr<ImageEdit> ZoomImage(const Seen& seen, const ImageZoomed& arguments) {
  TRY(const PixelBox box, BoxOf(seen, arguments, ""));
  TRY(const Pixels pixels, DecodeImage(seen.image.bytes));
  const double longer = std::max(box.width(), box.height());
  double side = std::clamp(longer, double(kZoomedSide), double(kShownSideMax));
  if (arguments.factor) side = std::min(longer * *arguments.factor, double(kZoomedSideMax));
  TRY(const Pixels shown, Magnified(pixels, box, side));
  ImageEdit edit;
  TRY(edit.image, EncodeFor(shown, seen.photo()));
  edit.text = PartText(seen, box, shown);
  return edit;
}

Colour ColourOf(MarkColour colour) {
  constexpr Colour kColours[] = {{230, 20, 20}, {0, 160, 40},  {20, 70, 230}, {255, 220, 0},  {255, 130, 0},
                                 {220, 0, 200}, {0, 190, 210}, {0, 0, 0},     {255, 255, 255}};
  return kColours[std::size_t(colour)];
}

// The whole picture, at a size at which models and people see marks, and what marks are drawn with.
class Drawing {
 public:
  static absl::StatusOr<Drawing> Of(const Seen& seen) {
    TRY(Pixels pixels, DecodeImage(seen.image.bytes));
    const int longer = std::max(pixels.width(), pixels.height());
    if (longer > kShownSideMax) {
      TRY(pixels, Magnified(pixels, {0, 0, pixels.width(), pixels.height()}, kShownSideMax));
    }
    return Drawing(std::move(pixels), seen);
  }

  int X(double x) const { return int(std::lround(x * pixels.width() / double(width_))); }
  int Y(double y) const { return int(std::lround(y * pixels.height() / double(height_))); }
  PixelBox Scaled(const PixelBox& box) const {
    const PixelBox scaled{X(box.left), Y(box.top), X(box.right), Y(box.bottom)};
    return {scaled.left, scaled.top, std::max(scaled.right, scaled.left + 1),
            std::max(scaled.bottom, scaled.top + 1)};
  }

  Pixels pixels;
  int line, text;  // how thick, and pixels a dot

 private:
  Drawing(Pixels pixels_in, const Seen& seen)
      : pixels(std::move(pixels_in)), width_(seen.width), height_(seen.height) {
    const int longer = std::max(pixels.width(), pixels.height());
    line = std::max(1, longer / 350);
    text = std::clamp(longer / 450, 1, 4);
  }
  std::int64_t width_, height_;
};

absl::Status DrawBoxes(Drawing& drawing, const Seen& seen, const std::vector<MarkBox>& boxes) {
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    TRY(const PixelBox box, BoxOf(seen, boxes[i], absl::StrCat("boxes[", i, "].")));
    const PixelBox at = drawing.Scaled(box);
    const Colour colour = ColourOf(boxes[i].color);
    DrawBox(drawing.pixels, at, drawing.line, colour);
    if (boxes[i].label.empty()) continue;
    const int above = at.top - TextHeight(drawing.text) - 2 * drawing.text;
    DrawLabel(drawing.pixels, at.left, above >= 0 ? above : at.bottom, boxes[i].label, drawing.text, colour);
  }
  return absl::OkStatus();
}

absl::Status DrawArrows(Drawing& drawing, const Seen& seen, const std::vector<MarkArrow>& arrows) {
  for (std::size_t i = 0; i < arrows.size(); ++i) {
    const MarkArrow& arrow = arrows[i];
    const std::string at = absl::StrCat("arrows[", i, "].");
    const bool fraction = AllFractions({arrow.from_x, arrow.from_y, arrow.to_x, arrow.to_y});
    TRY(const PixelPoint from,
        PointOf(seen, arrow.from_x, arrow.from_y, fraction, at + "from_x", at + "from_y"));
    TRY(const PixelPoint to, PointOf(seen, arrow.to_x, arrow.to_y, fraction, at + "to_x", at + "to_y"));
    const Colour colour = ColourOf(arrow.color);
    const int x = drawing.X(from.x), y = drawing.Y(from.y);
    DrawArrow(drawing.pixels, x, y, drawing.X(to.x), drawing.Y(to.y), drawing.line, colour);
    if (!arrow.label.empty()) DrawLabel(drawing.pixels, x, y, arrow.label, drawing.text, colour);
  }
  return absl::OkStatus();
}

absl::StatusOr<ImageEdit> AnnotateImage(const Seen& seen, const ImageMarks& marks) {
  if (marks.boxes.empty() && marks.labels.empty() && marks.arrows.empty())
    return absl::InvalidArgumentError("nothing to draw: give boxes, labels or arrows");
  TRY(Drawing drawing, Drawing::Of(seen));
  CHECK_OK(DrawBoxes(drawing, seen, marks.boxes));
  CHECK_OK(DrawArrows(drawing, seen, marks.arrows));
  for (std::size_t i = 0; i < marks.labels.size(); ++i) {
    const MarkLabel& label = marks.labels[i];
    const std::string at = absl::StrCat("labels[", i, "].");
    TRY(const PixelPoint point,
        PointOf(seen, label.x, label.y, AllFractions({label.x, label.y}), at + "x", at + "y"));
    DrawLabel(drawing.pixels, drawing.X(point.x), drawing.Y(point.y), label.text, drawing.text,
              ColourOf(label.color));
  }
  ImageEdit edit;
  TRY(edit.image, EncodeFor(drawing.pixels, seen.photo()));
  edit.text = absl::StrCat(seen.image.name, " (", seen.Size(), ") with ", marks.boxes.size(), " boxes, ",
                           marks.labels.size(), " labels and ", marks.arrows.size(), " arrows, shown as ",
                           drawing.pixels.width(), " x ", drawing.pixels.height(), " pixels");
  return edit;
}

absl::StatusOr<ImageEdit> GridImage(const Seen& seen, const ImageCells& cells) {
  TRY(Drawing drawing, Drawing::Of(seen));
  Pixels& pixels = drawing.pixels;
  const int thin = std::max(1, drawing.line / 2);
  const Colour line{255, 0, 160};
  const auto edge = [](int length, int i, int of) { return int(std::int64_t(length) * i / of); };
  for (int i = 1; i < cells.columns; ++i) {
    const int x = edge(pixels.width(), i, cells.columns);
    FillBox(pixels, {x, 0, x + thin, pixels.height()}, line);
  }
  for (int i = 1; i < cells.rows; ++i) {
    const int y = edge(pixels.height(), i, cells.rows);
    FillBox(pixels, {0, y, pixels.width(), y + thin}, line);
  }
  for (int row = 0; row < cells.rows; ++row) {
    for (int column = 0; column < cells.columns; ++column) {
      const std::string name = absl::StrCat(std::string(1, char('A' + column)), row + 1);
      DrawLabel(pixels, edge(pixels.width(), column, cells.columns) + thin,
                edge(pixels.height(), row, cells.rows) + thin, name, std::max(1, drawing.text - 1),
                Colour{255, 255, 255});
    }
  }
  ImageEdit edit;
  TRY(edit.image, EncodeFor(pixels, seen.photo()));
  edit.text =
      absl::StrCat(seen.image.name, " (", seen.Size(), ") under a grid: columns A to ",
                   std::string(1, char('A' + cells.columns - 1)), " of ", double(seen.width) / cells.columns,
                   " pixels from the left, rows 1 to ", cells.rows, " of ", double(seen.height) / cells.rows,
                   " pixels from the top; shown as ", pixels.width(), " x ", pixels.height(), " pixels");
  return edit;
}

absl::StatusOr<std::string> MeanColour(const Seen& seen, const MeasuredRegion& region) {
  TRY(const PixelBox box, BoxOf(seen, region, "region."));
  TRY(const Pixels pixels, DecodeImage(seen.image.bytes));
  double sums[3] = {0, 0, 0};
  for (int y = box.top; y < box.bottom; ++y) {
    const std::uint8_t* at = pixels.row(y) + 3 * std::ptrdiff_t(box.left);
    std::int64_t line[3] = {0, 0, 0};
    for (int x = box.left; x < box.right; ++x, at += 3) line[0] += at[0], line[1] += at[1], line[2] += at[2];
    for (int c = 0; c < 3; ++c) sums[c] += double(line[c]);
  }
  int mean[3];
  for (int c = 0; c < 3; ++c) mean[c] = int(std::lround(sums[c] / box.width() / box.height()));
  char hex[8];
  std::snprintf(hex, sizeof hex, "#%02x%02x%02x", mean[0], mean[1], mean[2]);
  return absl::StrCat("pixels ", box.left, ",", box.top, " to ", box.right, ",", box.bottom, " (",
                      box.width(), " x ", box.height(), ") have the mean colour ", hex, " (red ", mean[0],
                      ", green ", mean[1], ", blue ", mean[2], " of 255)");
}

absl::StatusOr<ImageEdit> MeasureImage(const Seen& seen, const ImageMeasured& arguments) {
  if (arguments.from.has_value() != arguments.to.has_value())
    return absl::InvalidArgumentError("a distance needs both from and to");
  ImageEdit edit;
  edit.text = absl::StrCat(seen.image.name, " (", seen.Size(), "): ");
  if (arguments.from && arguments.to) {
    const MeasuredPoint &a = *arguments.from, &b = *arguments.to;
    const bool fraction = AllFractions({a.x, a.y, b.x, b.y});
    TRY(const PixelPoint from, PointOf(seen, a.x, a.y, fraction, "from.x", "from.y"));
    TRY(const PixelPoint to, PointOf(seen, b.x, b.y, fraction, "to.x", "to.y"));
    const double dx = to.x - from.x, dy = to.y - from.y;
    absl::StrAppend(&edit.text, "from ", from.x, ",", from.y, " to ", to.x, ",", to.y, " are ",
                    std::hypot(dx, dy), " pixels, ", dx, " to the right and ", dy, " down");
  }
  if (arguments.region) {
    TRY(const std::string colour, MeanColour(seen, *arguments.region));
    absl::StrAppend(&edit.text, arguments.from ? "; " : "", colour);
  } else if (!arguments.from) {
    return absl::InvalidArgumentError("nothing to measure: give from and to, or region");
  }
  return edit;
}

template <class Arguments>
absl::StatusOr<ImageEdit> Edit(absl::StatusOr<ImageEdit> (*edit)(const Seen&, const Arguments&),
                               const Seen& seen, const Json& json) {
  TRY(const Arguments arguments, FromJson<Arguments>(json));
  return edit(seen, arguments);
}

}  // namespace

absl::StatusOr<ImageEdit> EditImage(std::string_view tool, const Image& source, const Json& arguments) {
  const absl::StatusOr<ImageInfo> info = ReadImageInfo(source.bytes);
  if (!info.ok()) return Annotate(info.status(), absl::StrCat("\"", source.name, "\""));
  const absl::StatusOr<std::int64_t> count = PixelsOf(source.bytes);
  if (!count.ok()) return Annotate(count.status(), absl::StrCat("\"", source.name, "\""));
  const Seen seen{source, info->width, info->height};
  const PixelRoom room(*count);
  if (tool == "image.crop") return Edit(CropImage, seen, arguments);
  if (tool == "image.zoom") return Edit(ZoomImage, seen, arguments);
  if (tool == "image.annotate") return Edit(AnnotateImage, seen, arguments);
  if (tool == "image.grid") return Edit(GridImage, seen, arguments);
  return Edit(MeasureImage, seen, arguments);
}

Json ImageEditSchema(std::string_view tool) {
  if (tool == "image.crop") return SchemaOf<ImagePart>();
  if (tool == "image.zoom") return SchemaOf<ImageZoomed>();
  if (tool == "image.annotate") return SchemaOf<ImageMarks>();
  if (tool == "image.grid") return SchemaOf<ImageCells>();
  return SchemaOf<ImageMeasured>();
}

}  // namespace ninefold
