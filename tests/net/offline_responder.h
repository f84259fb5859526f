// Answers Chat Completions requests as the offline model would: the wire, with no model behind it.
#pragma once

#include "ninefold/json.h"
#include "ninefold/model.h"
#include "testing/chat_server.h"

namespace ninefold::testing {

// What a request's JSON asks for; what is not understood is passed over.
ModelRequest ReadChatRequest(const Json& json);
// A reply as the server sends it, its text in pieces of a few words.
ChatScript ScriptOf(const ModelReply& reply);

ChatScript AnswerChatOffline(const Json& request);

}  // namespace ninefold::testing
