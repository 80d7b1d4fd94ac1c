// Makes the zstd dictionary of a wire vocabulary (sync/wire/README.md, "Vocabulary 1"): frames of
// invented orders from invented menus are the samples, from which zstd takes its code lengths; the
// content is a few words of the protocol. Prints the dictionary as lines of C++ for
// sync/wire/dictionary_1.inc. The result for vocabulary 1 is frozen; this stays to show where it
// came from, and for vocabulary 2.
#include <zdict.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "sync/wire/body_writer.h"
#include "sync/wire/vocabulary.h"
#include "tests/bench/ordering_events.h"

namespace trayline::bench {
namespace {

constexpr std::size_t kDictionaryMax = 1024;
constexpr int kOrders = 4000;

// No word of the test data (tests/data/chipotle) stands here: that would be cheating.
constexpr std::string_view kDishes[] = {"Double Cheeseburger",
                                        "Hamburger Deluxe",
                                        "Fish Sandwich",
                                        "Onion Rings",
                                        "French Fries Large",
                                        "French Fries Small",
                                        "Sweet Potato Fries",
                                        "Turkey Club",
                                        "Pizza Margherita",
                                        "Pizza Funghi",
                                        "Pepperoni Pizza",
                                        "Garlic Bread",
                                        "Spaghetti Bolognese",
                                        "Penne Arrabbiata",
                                        "Lasagne",
                                        "Minestrone Soup",
                                        "Pad Thai with Shrimp",
                                        "Fried Noodles",
                                        "Spring Rolls (4)",
                                        "Miso Soup",
                                        "Salmon Teriyaki",
                                        "Edamame",
                                        "Cappuccino",
                                        "Espresso Double",
                                        "Latte Macchiato",
                                        "Tea with Milk",
                                        "Blueberry Muffin",
                                        "Butter Croissant",
                                        "Bagel with Egg",
                                        "Ham and Egg Bagel",
                                        "Vanilla Milkshake",
                                        "Strawberry Sundae",
                                        "Iced Tea Large",
                                        "Ginger Ale",
                                        "Sparkling Juice",
                                        "Kids Menu Nuggets",
                                        "Pork Schnitzel",
                                        "Currywurst and Fries",
                                        "Pretzel with Butter",
                                        "Potato Dumplings",
                                        "Falafel Wrap",
                                        "Hummus Plate",
                                        "Lentil Curry",
                                        "Naan Bread",
                                        "Mango Lassi",
                                        "Tofu Stir Fry",
                                        "Duck with Plum Sauce",
                                        "Ice Tea Small"};
constexpr std::string_view kOptions[] = {
    "No Onion",        "Extra Bacon",      "Ketchup",     "Mayonnaise",     "Mustard",
    "Gluten Free Bun", "Oat Milk",         "Soy Milk",    "Whole Milk",     "Sugar Free",
    "Large Size",      "Small Size",       "Thin Crust",  "Extra Garlic",   "Olives",
    "Mushrooms",       "Pickles",          "No Ice",      "Barbecue Sauce", "Sweet and Spicy Sauce",
    "Peanuts",         "Spinach and Leek", "Fried Egg",   "Well Done",      "Decaffeinated",
    "Vanilla Syrup",   "Hazelnut Syrup",   "Basil Pesto", "Anchovies",      "Parmesan",
    "Ranch Dressing",  "Caesar Dressing",  "Toasted",     "Sesame",         "Avocado"};

// Words that events use whatever is sold.
constexpr std::string_view kContent =
    "k1-000001invoice-order-T00001promotionscombosdessertsstartersdeclined"
    "de-ATfr-FRit-ITnl-NLpl-PLes-ESes-MXpt-BRde-DEen-GBes-USen-US"
    "vouchergift_cardmobilecashfavouritesbreakfastsidesdrinksmainswalletcardmenu";

std::vector<Order> InventOrders(std::mt19937_64& random) {
  std::vector<Order> orders(kOrders);
  for (Order& order : orders) {
    std::geometric_distribution<int> more_lines(0.4);
    const int lines = 1 + std::min(more_lines(random), 9);
    for (int i = 0; i < lines; ++i) {
      OrderLine line;
      // A few dishes are sold most of the time.
      std::geometric_distribution<std::size_t> dish(0.08);
      const std::size_t number = dish(random) % std::size(kDishes);
      line.item_name = kDishes[number];
      line.unit_price_minor =
          195 + 50 * static_cast<std::int64_t>(number * 7 % 23) + (random() % 4 == 0 ? 120 : 0);
      line.quantity = random() % 12 == 0 ? 2 : 1;
      const std::size_t options = random() % 3 == 0 ? 0 : 1 + random() % 6;
      std::geometric_distribution<std::size_t> option(0.1);
      for (std::size_t k = 0; k < options; ++k) {
        line.choices.emplace_back(kOptions[option(random) % std::size(kOptions)]);
      }
      order.lines.push_back(std::move(line));
    }
  }
  return orders;
}

int Run() {
  std::mt19937_64 random(20261122);
  std::string samples;
  std::vector<std::size_t> sizes;
  wire::BodyWriter body(wire::KnownShapes1());
  const auto orders = InventOrders(random);
  const auto events = PlayOrders(orders, Replay{.seed = 7});
  for (std::size_t at = 0; at < events.size();) {
    // Frames of all sizes, most of them small: those gain most.
    const std::size_t wanted = random() % 6 == 0 ? 60 + random() % 100 : 4 + random() % 20;
    const std::size_t count = std::min(wanted, events.size() - at);
    const auto part = std::span(events).subspan(at, count);
    if (!body.Gather(Epoch{1'790'000'000}, part).ok()) return 1;
    body.Write(part[0].sequence, {});
    samples += body.body();
    sizes.push_back(body.body().size());
    at += count;
  }
  std::string dictionary(kDictionaryMax, '\0');
  const ZDICT_params_t params{.compressionLevel = 3, .notificationLevel = 0, .dictID = 1};
  const std::size_t size = ZDICT_finalizeDictionary(
      dictionary.data(), dictionary.size(), kContent.data(), kContent.size(), samples.data(),
      sizes.data(), static_cast<unsigned>(sizes.size()), params);
  if (ZDICT_isError(size) != 0) {
    std::fprintf(stderr, "wire_dictionary: %s\n", ZDICT_getErrorName(size));
    return 1;
  }
  for (std::size_t i = 0; i < size; ++i) {
    std::printf("0x%02X,%s", static_cast<unsigned char>(dictionary[i]),
                i % 16 == 15 || i + 1 == size ? "\n" : " ");
  }
  return 0;
}

}  // namespace
}  // namespace trayline::bench

int main() { return trayline::bench::Run(); }
