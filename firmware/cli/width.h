// How wide a text is on a terminal's screen, and what of it may be sent there. Pure.
#ifndef TRAYLINE_FIRMWARE_CLI_WIDTH_H_
#define TRAYLINE_FIRMWARE_CLI_WIDTH_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace trayline::cli {

// Columns that text takes: two for the wide characters of East Asia and most emoji (W and F of
// Unicode's EastAsianWidth.txt, version 15), none for marks that sit on the character before.
std::size_t DisplayWidth(std::string_view text);

// The text with everything that could move a cursor, change colours or turn the reading direction
// replaced by U+FFFD, and bytes that are no UTF-8 too. Item names come from hosts: one that holds
// an escape sequence must not reach the screen of the person who looks.
std::string Printable(std::string_view text);

// The text with every code point beyond ASCII as '?', for a terminal that does not show UTF-8.
std::string AsciiOnly(std::string_view text);

}  // namespace trayline::cli

#endif  // TRAYLINE_FIRMWARE_CLI_WIDTH_H_
