// Lines, boxes, arrows and text on pixels. What lies outside is left out.
#pragma once

#include <cstdint>
#include <string_view>

#include "image/scale.h"

namespace ninefold {

struct Colour {
  std::uint8_t r = 0, g = 0, b = 0;
};

void FillBox(Pixels& pixels, const PixelBox& box, Colour colour);
// A frame that grows inwards.
void DrawBox(Pixels& pixels, const PixelBox& box, int thickness, Colour colour);
void DrawLine(Pixels& pixels, int x0, int y0, int x1, int y1, int thickness, Colour colour);
// With its head at x1, y1.
void DrawArrow(Pixels& pixels, int x0, int y0, int x1, int y1, int thickness, Colour colour);

// In a font of 5 x 7 dots, `scale` pixels a dot; characters beyond ASCII are hollow boxes.
int TextWidth(std::string_view text, int scale);
int TextHeight(int scale);
// On a plate of `colour`, in black or white, moved so far that it lies within the picture.
void DrawLabel(Pixels& pixels, int x, int y, std::string_view text, int scale, Colour colour);

}  // namespace ninefold
