#include "firmware/config/reader.h"

namespace trayline::config {

const toml::node* Reader::Node(std::string_view key) {
  asked_.emplace(key);
  const auto found = document_.at_path(key);
  return found.node();
}

void Reader::Add(const toml::node* node, std::string_view key, const std::string& reason) {
  std::string where = name_;
  if (node != nullptr) where += ":" + std::to_string(node->source().begin.line);
  problems_.push_back(where + ": " + std::string(key) + ": " + reason);
}

void Reader::Complain(std::string_view key, const std::string& reason) {
  Add(Node(key), key, reason);
}

void Reader::Integer(std::string_view key, std::int64_t least, std::int64_t greatest,
                     std::int64_t& target) {
  const toml::node* node = Node(key);
  if (node == nullptr) return;
  const auto value = node->value_exact<std::int64_t>();
  if (!value) {
    Add(node, key, "must be a whole number");
  } else if (*value < least || *value > greatest) {
    Add(node, key,
        std::to_string(*value) + " is not between " + std::to_string(least) + " and " +
            std::to_string(greatest));
  } else {
    target = *value;
  }
}

void Reader::Bool(std::string_view key, bool& target) {
  const toml::node* node = Node(key);
  if (node == nullptr) return;
  const auto value = node->value_exact<bool>();
  if (!value) {
    Add(node, key, "must be true or false");
  } else {
    target = *value;
  }
}

void Reader::Text(std::string_view key, std::string& target) {
  Parsed(key, [&target](const std::string& text) -> Status {
    target = text;
    return {};
  });
}

void Reader::Texts(std::string_view key, std::vector<std::string>& target) {
  const toml::node* node = Node(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  std::vector<std::string> texts;
  if (array != nullptr) {
    for (const auto& element : *array) {
      if (const auto text = element.value_exact<std::string>()) texts.push_back(*text);
    }
  }
  if (array == nullptr || texts.size() != array->size()) {
    Add(node, key, "must be a list of texts, such as [\"https://kiosk.example\"]");
    return;
  }
  target = std::move(texts);
}

void Reader::Parsed(std::string_view key, const std::function<Status(const std::string&)>& parse) {
  const toml::node* node = Node(key);
  if (node == nullptr) return;
  const auto text = node->value_exact<std::string>();
  if (!text) {
    Add(node, key, "must be a text in quotes");
    return;
  }
  const Status parsed = parse(*text);
  if (!parsed.ok()) Add(node, key, parsed.error().text);
}

// Settings lie at the top or one section deep; what is deeper is part of a setting.
void Reader::FindUnknown() {
  for (const auto& [name, node] : document_) {
    const std::string key(name.str());
    if (const toml::table* section = node.as_table()) {
      for (const auto& [inner, value] : *section)
        CheckKnown(key + "." + std::string(inner.str()), value);
    } else {
      CheckKnown(key, node);
    }
  }
}

void Reader::CheckKnown(const std::string& key, const toml::node& node) {
  if (!asked_.contains(key)) Add(&node, key, "is not a setting of traylined");
}

Status Reader::Finish() {
  FindUnknown();
  if (problems_.empty()) return {};
  std::string all;
  for (const std::string& problem : problems_) all += (all.empty() ? "" : "\n") + problem;
  return Error{Errc::kRejected, all};
}

}  // namespace trayline::config
