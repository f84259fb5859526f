// The same transfers by hand: libcurl's multi interface on an epoll descriptor, with nothing above it.
#pragma once

#include <cstddef>
#include <string>

namespace ninefold::bench {

// Posts `body` to `url` `count` times at once and reads the replies; the bytes of all of them. Ends the
// process when one fails.
std::size_t PostAllAtOnce(const std::string& url, const std::string& body, unsigned count);

}  // namespace ninefold::bench
