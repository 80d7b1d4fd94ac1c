// Checks on texts that come from outside.
#ifndef TRAYLINE_AGENT_BASE_TEXT_H_
#define TRAYLINE_AGENT_BASE_TEXT_H_

#include <cstddef>
#include <string_view>

namespace trayline {

// True for well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
bool IsUtf8(std::string_view text);

// Number of code points; text must be well-formed UTF-8.
std::size_t CodePoints(std::string_view text);

// True when text holds, anywhere, 13 to 19 digits that pass the Luhn check of ISO/IEC 7812-1: what
// a card number looks like. The digits are whole groups of digits with single spaces or hyphens
// between them, so "table 5 4111 1111 1111 1111" is found, and part of an unbroken run of 20 is
// not.
bool HoldsCardNumber(std::string_view text);

}  // namespace trayline

#endif  // TRAYLINE_AGENT_BASE_TEXT_H_
