// The transfers of one loop. libcurl walks lists as long as the transfers and connections of a multi handle,
// so transfers are spread over shards, each with a multi handle of its own; one private epoll descriptor
// watches the sockets of all of them, and the loop watches that one. Time-outs are kept in a wheel and moved
// lazily: a byte received only notes the time.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/loop.h"
#include "base/one_shot.h"
#include "boost/asio/posix/stream_descriptor.hpp"
#include "net/http.h"

namespace ninefold {

class HttpHub;
struct HttpShard;

// An easy handle with the options of the target it last served.
struct HttpHandle {
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  std::shared_ptr<const HttpTarget> target;
  char error[CURL_ERROR_SIZE] = "";

  HttpHandle() : easy(curl_easy_init()) {}
  ~HttpHandle();
  HttpHandle(const HttpHandle&) = delete;
  HttpHandle& operator=(const HttpHandle&) = delete;
  void Aim(std::shared_ptr<const HttpTarget> aim, HttpHub& hub);
};

struct HttpTransfer {
  enum class Phase { kQueued, kConnecting, kSent, kReceiving, kDone };
  enum class Want { kNothing, kHead, kData, kEnd };

  HttpTransfer(std::shared_ptr<HttpHub> h, std::shared_ptr<const HttpTarget> t,
               std::shared_ptr<const std::string> b)
      : hub(std::move(h)), target(std::move(t)), body(std::move(b)) {}

  std::shared_ptr<HttpHub> hub;
  std::shared_ptr<const HttpTarget> target;
  std::shared_ptr<const std::string> body;
  std::unique_ptr<HttpHandle> handle;
  HttpShard* shard = nullptr;
  Phase phase = Phase::kQueued;
  absl::Status result;  // final in kDone

  HttpHead head;
  bool head_done = false;
  std::size_t head_bytes = 0;
  std::string buffer;  // received and not yet read
  std::size_t body_bytes = 0;
  bool paused = false;

  Want want = Want::kNothing;
  OneShot<bool>* waiter = nullptr;

  std::int64_t started_ms = 0;   // of the whole
  std::int64_t activity_ms = 0;  // of the last byte, or the beginning of the phase
  std::int64_t DueMs() const;    // when the nearest time-out of this phase passes
  std::int64_t CheckMs() const;  // until then none can have passed, whatever phases begin
  absl::Status TimeOut() const;  // which one it was

  int slot = -1;  // in the wheel
  HttpTransfer* previous = nullptr;
  HttpTransfer* next = nullptr;
  std::list<HttpTransfer*>* queue = nullptr;  // while queued
  std::list<HttpTransfer*>::iterator place;

  void Wake();  // if what is wanted is there
};

struct HttpShard {
  HttpHub* hub = nullptr;
  CURLM* multi = nullptr;
  int live = 0;
  int room = 0;
  bool encrypted = false;
  bool due = false;
  std::int64_t at_ms = 0;  // 0: curl wants no time-out
  std::vector<std::unique_ptr<HttpHandle>> idle;
};

class HttpHub : public std::enable_shared_from_this<HttpHub> {
 public:
  static std::shared_ptr<HttpHub> Of(Loop& loop);
  explicit HttpHub(Loop& loop);
  ~HttpHub();

  void Start(HttpTransfer& transfer);
  // Ends a transfer that is not done; its connection is closed.
  void Abort(HttpTransfer& transfer, absl::Status why);
  void Resume(HttpTransfer& transfer);
  void Close();  // the loop goes
  const std::string& ca_file() const { return ca_file_; }
  std::int64_t now_ms() const { return now_ms_; }  // when the batch of events at hand began

 private:
  friend struct HttpHandle;
  struct Socket {
    HttpShard* shard = nullptr;
    std::uint32_t watched = 0;  // what the epoll descriptor knows
    std::uint32_t wanted = 0;   // what curl asked for
    bool ours = false;          // opened by OpenSocket, so that its closing is seen
  };
  struct Lane {
    int live = 0;
    std::list<HttpTransfer*> waiting;
  };

  void Launch(HttpTransfer& transfer);
  void Detach(HttpTransfer& transfer);
  void Finish(HttpTransfer& transfer, absl::Status result);
  void LaunchWaiting(const HttpTarget& target);
  HttpShard& ShardFor(bool encrypted);
  void Collect(HttpShard& shard);
  void RunDue();
  void Kick();
  void Watch();
  void OnReady();

  void TickMs();
  void Enlist(HttpTransfer& transfer);
  void Delist(HttpTransfer& transfer);
  void Arm(std::int64_t at_ms);
  void OnTimer();
  void CheckSlots(std::int64_t from, std::int64_t to);

  static int OnSocket(CURL*, curl_socket_t fd, int what, void* shard, void*);
  static int OnCurlTimer(CURLM*, long ms, void* shard);
  static curl_socket_t OpenSocket(void* hub, curlsocktype, curl_sockaddr* address);
  static int CloseSocket(void* hub, curl_socket_t fd);
  void WatchSocket(HttpShard& shard, int fd, std::uint32_t wanted);
  Socket& SocketOf(int fd);

  static constexpr int kSlots = 512;
  static constexpr std::int64_t kSlotMs = 32;

  Loop& loop_;
  asio::posix::stream_descriptor epoll_;
  int epoll_fd_;
  bool watching_ = false;
  bool kicked_ = false;
  bool closed_ = false;
  std::string ca_file_;
  int live_ = 0;
  int live_max_ = 0;
  std::list<HttpTransfer*> waiting_;
  std::unordered_map<const HttpTarget*, Lane> lanes_;
  std::vector<std::unique_ptr<HttpShard>> shards_;
  std::vector<HttpShard*> open_[2];  // with room; [1]: encrypted
  std::vector<HttpShard*> due_;
  std::vector<Socket> sockets_;

  std::int64_t now_ms_ = 0;
  std::int64_t checked_ = 0;  // slots before this tick are checked
  int enlisted_ = 0;
  HttpTransfer* slots_[kSlots] = {};
  std::int64_t armed_ms_ = 0;  // 0: not armed
  Loop::TimerId timer_;
};

// What a failed transfer means to a person.
absl::Status CurlError(CURLcode code, const HttpTransfer& transfer);
// Where a redirect leads, as an error.
absl::Status RedirectError(const HttpTransfer& transfer);

}  // namespace ninefold
