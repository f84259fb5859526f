#include "model/chat.h"

#include <utility>

#include "net/http.h"

namespace ninefold {
namespace {

class ChatDialect : public Dialect {
 public:
  explicit ChatDialect(ChatOptions options)
      : options_(std::move(options)), origin_(OriginOf(options_.base_url)) {}

  std::string Tools(const ToolList& tools, const std::vector<std::string>& names) const override {
    return ChatTools(tools, names);
  }
  std::string Body(const ModelRequest& request, const WireTools& tools) const override {
    return ChatBody(request, options_, tools);
  }
  std::unique_ptr<Assembly> NewReply() const override {
    return std::make_unique<ChatAssembly>(origin_, options_);
  }

 private:
  const ChatOptions options_;
  const std::string origin_;
};

}  // namespace

ModelPtr MakeChatModel(ChatOptions options) {
  options.path = "/chat/completions";
  WireOptions wire = options;
  return MakeWireModel(std::move(wire), std::make_unique<ChatDialect>(std::move(options)));
}

}  // namespace ninefold
