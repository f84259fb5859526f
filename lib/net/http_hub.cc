#include "net/http_hub.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ninefold/status.h"

namespace ninefold {
namespace {

// A plain connection carries one transfer, an encrypted one as many streams as the server allows.
constexpr int kPlainShard = 64;
constexpr int kEncryptedShard = 2048;
constexpr int kDescriptorsKept = 64;  // for everything that is not a connection

std::int64_t SteadyMs() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// Raises the soft limit of open files to the hard one: each transfer in flight is a socket.
int OpenFilesMax() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return int(std::min<rlim_t>(limit.rlim_cur, 1u << 20));
}

// A loop owns its hub through this, and streams hold the hub too: whichever goes last.
struct HubHolder {
  std::shared_ptr<HttpHub> hub;
  ~HubHolder() { hub->Close(); }
};

}  // namespace

std::shared_ptr<HttpHub> HttpHub::Of(Loop& loop) {
  auto make = [&loop] {
    auto* holder = new HubHolder;
    holder->hub = std::make_shared<HttpHub>(loop);
    return holder;
  };
  return loop.Service<HubHolder>(make).hub;
}

HttpHub::HttpHub(Loop& loop) : loop_(loop), epoll_(*loop.io()), epoll_fd_(epoll_create1(EPOLL_CLOEXEC)) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)global;
  if (epoll_fd_ >= 0) epoll_.assign(epoll_fd_);
  live_max_ = std::max(OpenFilesMax() - kDescriptorsKept, 8);
  if (const char* file = std::getenv("SSL_CERT_FILE")) ca_file_ = file;
}

HttpHub::~HttpHub() { Close(); }

void HttpHub::Close() {
  if (closed_) return;
  closed_ = true;
  if (armed_ms_ != 0) loop_.RemoveTimer(timer_);
  armed_ms_ = 0;
  boost::system::error_code ignored;
  epoll_.close(ignored);
  for (auto& shard : shards_) {
    shard->idle.clear();
    if (shard->live == 0) curl_multi_cleanup(std::exchange(shard->multi, nullptr));
  }
}

void HttpHub::Start(HttpTransfer& transfer) {
  TickMs();
  transfer.started_ms = transfer.activity_ms = now_ms_;
  std::list<HttpTransfer*>* queue = nullptr;
  if (transfer.target->connections_max > 0) {
    Lane& lane = lanes_[transfer.target.get()];
    if (lane.live >= transfer.target->connections_max) queue = &lane.waiting;
  }
  if (queue == nullptr && live_ >= live_max_) queue = &waiting_;
  if (queue == nullptr) return Launch(transfer);
  transfer.queue = queue;
  transfer.place = queue->insert(queue->end(), &transfer);
  Enlist(transfer);
}

void HttpHub::Launch(HttpTransfer& transfer) {
  HttpShard& shard = ShardFor(transfer.target->url.starts_with("https:"));
  if (shard.idle.empty()) {
    transfer.handle = std::make_unique<HttpHandle>();
  } else {
    transfer.handle = std::move(shard.idle.back());
    shard.idle.pop_back();
  }
  transfer.handle->Aim(transfer.target, *this);
  transfer.handle->error[0] = '\0';
  CURL* easy = transfer.handle->easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
  if (transfer.target->method == "POST") {
    const std::size_t size = transfer.body ? transfer.body->size() : 0;
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(size));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, size == 0 ? "" : transfer.body->data());
  }
  if (transfer.target->connections_max > 0) ++lanes_[transfer.target.get()].live;
  ++live_;
  transfer.shard = &shard;
  if (++shard.live == shard.room) std::erase(open_[shard.encrypted], &shard);
  transfer.phase = HttpTransfer::Phase::kConnecting;
  transfer.activity_ms = now_ms_;
  if (transfer.slot < 0) Enlist(transfer);
  curl_multi_add_handle(shard.multi, easy);
  Watch();
}

HttpShard& HttpHub::ShardFor(bool encrypted) {
  if (!open_[encrypted].empty()) return *open_[encrypted].back();
  auto shard = std::make_unique<HttpShard>();
  shard->hub = this;
  shard->multi = curl_multi_init();
  shard->encrypted = encrypted;
  shard->room = encrypted ? kEncryptedShard : kPlainShard;
  curl_multi_setopt(shard->multi, CURLMOPT_SOCKETFUNCTION, OnSocket);
  curl_multi_setopt(shard->multi, CURLMOPT_SOCKETDATA, shard.get());
  curl_multi_setopt(shard->multi, CURLMOPT_TIMERFUNCTION, OnCurlTimer);
  curl_multi_setopt(shard->multi, CURLMOPT_TIMERDATA, shard.get());
  curl_multi_setopt(shard->multi, CURLMOPT_MAXCONNECTS, long(shard->room));
  open_[encrypted].push_back(shard.get());
  shards_.push_back(std::move(shard));
  return *open_[encrypted].back();
}

// Takes the transfer out of curl and keeps its handle for the next.
void HttpHub::Detach(HttpTransfer& transfer) {
  HttpShard& shard = *transfer.shard;
  curl_multi_remove_handle(shard.multi, transfer.handle->easy);
  if (shard.live-- == shard.room) open_[shard.encrypted].push_back(&shard);
  if (closed_) {
    transfer.handle.reset();
    if (shard.live == 0) curl_multi_cleanup(std::exchange(shard.multi, nullptr));
  } else {
    shard.idle.push_back(std::move(transfer.handle));
  }
  transfer.shard = nullptr;
  --live_;
}

void HttpHub::Finish(HttpTransfer& transfer, absl::Status result) {
  if (transfer.phase == HttpTransfer::Phase::kDone) return;
  if (transfer.queue != nullptr) {
    transfer.queue->erase(transfer.place);
    transfer.queue = nullptr;
  }
  const bool launched = transfer.shard != nullptr;
  if (launched) Detach(transfer);
  Delist(transfer);
  transfer.phase = HttpTransfer::Phase::kDone;
  transfer.result = std::move(result);
  if (launched) LaunchWaiting(*transfer.target);
  if (live_ == 0 && waiting_.empty() && !closed_) {
    // Nothing to wait for: an application's io_context may end.
    if (std::exchange(armed_ms_, 0) != 0) loop_.RemoveTimer(timer_);
    if (watching_) epoll_.cancel();
  }
  transfer.Wake();
}

void HttpHub::LaunchWaiting(const HttpTarget& target) {
  HttpTransfer* next = nullptr;
  if (target.connections_max > 0) {
    auto lane = lanes_.find(&target);
    --lane->second.live;
    if (!lane->second.waiting.empty()) {
      next = lane->second.waiting.front();
    } else if (lane->second.live == 0) {
      lanes_.erase(lane);
    }
  }
  if (closed_) return;
  for (HttpTransfer* transfer : {next, waiting_.empty() ? nullptr : waiting_.front()}) {
    if (transfer == nullptr || live_ >= live_max_) continue;
    transfer->queue->erase(transfer->place);
    transfer->queue = nullptr;
    Launch(*transfer);
  }
}

void HttpHub::Abort(HttpTransfer& transfer, absl::Status why) { Finish(transfer, std::move(why)); }

void HttpHub::Resume(HttpTransfer& transfer) {
  transfer.paused = false;
  if (transfer.phase == HttpTransfer::Phase::kDone) return;
  TickMs();
  transfer.activity_ms = now_ms_;
  Delist(transfer);
  Enlist(transfer);
  curl_easy_pause(transfer.handle->easy, CURLPAUSE_CONT);
}

void HttpHub::Collect(HttpShard& shard) {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(shard.multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    HttpTransfer* transfer = nullptr;
    const CURLcode code = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    absl::Status result = transfer->result;  // a limit, set by the callback that refused
    if (result.ok() && code != CURLE_OK) result = CurlError(code, *transfer);
    Finish(*transfer, std::move(result));
  }
}

// ---- events ------------------------------------------------------------------------------------

void HttpHub::Watch() {
  if (watching_ || live_ == 0 || closed_) return;
  watching_ = true;
  auto ready = [self = shared_from_this()](const boost::system::error_code& error) {
    self->watching_ = false;
    if (self->closed_) return;
    if (!error) self->OnReady();
    self->Watch();
  };
  epoll_.async_wait(asio::posix::stream_descriptor::wait_read, std::move(ready));
}

void HttpHub::OnReady() {
  TickMs();
  epoll_event events[256];
  const int count = epoll_wait(epoll_fd_, events, 256, 0);
  int running = 0;
  for (int i = 0; i < count; ++i) {
    const int fd = events[i].data.fd;
    Socket& socket = SocketOf(fd);
    if (socket.wanted == 0) {  // an idle connection that the server closed
      epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
      socket.watched = 0;
      continue;
    }
    int mask = 0;
    if (events[i].events & (EPOLLIN | EPOLLHUP)) mask |= CURL_CSELECT_IN;
    if (events[i].events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
    if (events[i].events & EPOLLERR) mask |= CURL_CSELECT_ERR;
    HttpShard& shard = *socket.shard;
    curl_multi_socket_action(shard.multi, fd, mask, &running);
    Collect(shard);
  }
  RunDue();
}

void HttpHub::RunDue() {
  int running = 0;
  std::vector<HttpShard*> now;
  now.swap(due_);
  for (HttpShard* shard : now) {
    shard->due = false;
    curl_multi_socket_action(shard->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    Collect(*shard);
  }
  if (!due_.empty()) return Kick();
  now.clear();
  due_.swap(now);  // keeps its memory
}

void HttpHub::Kick() {
  if (kicked_ || closed_) return;
  kicked_ = true;
  asio::post(*loop_.io(), [self = shared_from_this()] {
    self->kicked_ = false;
    if (self->closed_) return;
    self->TickMs();
    self->RunDue();
  });
}

int HttpHub::OnCurlTimer(CURLM*, long ms, void* data) {
  auto* shard = static_cast<HttpShard*>(data);
  HttpHub& hub = *shard->hub;
  shard->at_ms = 0;
  if (ms < 0 || hub.closed_) return 0;
  if (ms > 0) {
    shard->at_ms = hub.now_ms_ + ms + 1;
    hub.Arm(shard->at_ms);
  } else if (!shard->due) {
    shard->due = true;
    hub.due_.push_back(shard);
    hub.Kick();
  }
  return 0;
}

HttpHub::Socket& HttpHub::SocketOf(int fd) {
  if (std::size_t(fd) >= sockets_.size()) sockets_.resize(std::size_t(fd) + 64);
  return sockets_[std::size_t(fd)];
}

// A connection that falls idle stays watched: taking it out and in again would cost two system calls a
// request.
int HttpHub::OnSocket(CURL*, curl_socket_t fd, int what, void* data, void*) {
  auto* shard = static_cast<HttpShard*>(data);
  HttpHub& hub = *shard->hub;
  if (hub.closed_) return 0;
  std::uint32_t wanted = 0;
  if (what != CURL_POLL_REMOVE && (what & CURL_POLL_IN)) wanted |= EPOLLIN;
  if (what != CURL_POLL_REMOVE && (what & CURL_POLL_OUT)) wanted |= EPOLLOUT;
  hub.WatchSocket(*shard, fd, wanted);
  return 0;
}

void HttpHub::WatchSocket(HttpShard& shard, int fd, std::uint32_t wanted) {
  Socket& socket = SocketOf(fd);
  socket.shard = &shard;
  socket.wanted = wanted;
  if (wanted == 0 && socket.ours) return;
  if (socket.watched == wanted) return;
  epoll_event event{};
  event.events = wanted;
  event.data.fd = fd;
  if (wanted == 0) {
    epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
  } else if (socket.watched == 0) {
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) != 0 && errno == EEXIST) {
      epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event);
    }
  } else if (epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event) != 0 && errno == ENOENT) {
    epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event);
  }
  socket.watched = wanted;
}

curl_socket_t HttpHub::OpenSocket(void* data, curlsocktype, curl_sockaddr* address) {
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  Socket& state = static_cast<HttpHub*>(data)->SocketOf(fd);
  state = Socket();
  state.ours = true;
  return fd;
}

int HttpHub::CloseSocket(void* data, curl_socket_t fd) {
  HttpHub& hub = *static_cast<HttpHub*>(data);
  Socket& state = hub.SocketOf(fd);
  if (state.watched != 0 && !hub.closed_) epoll_ctl(hub.epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
  state = Socket();
  return close(fd);
}

// ---- time-outs ---------------------------------------------------------------------------------

void HttpHub::TickMs() { now_ms_ = SteadyMs(); }

void HttpHub::Enlist(HttpTransfer& transfer) {
  const std::int64_t due = transfer.CheckMs();
  const std::int64_t tick = now_ms_ / kSlotMs;
  if (enlisted_ == 0) checked_ = tick;
  // Beyond the wheel's reach it is looked at too early and put in again.
  const std::int64_t at = std::clamp(due / kSlotMs + 1, checked_ + 1, checked_ + kSlots - 1);
  transfer.slot = int(at % kSlots);
  HttpTransfer*& first = slots_[transfer.slot];
  transfer.previous = nullptr;
  transfer.next = first;
  if (first != nullptr) first->previous = &transfer;
  first = &transfer;
  ++enlisted_;
  Arm(at * kSlotMs);
}

void HttpHub::Delist(HttpTransfer& transfer) {
  if (transfer.slot < 0) return;
  if (transfer.previous != nullptr) transfer.previous->next = transfer.next;
  if (transfer.next != nullptr) transfer.next->previous = transfer.previous;
  if (slots_[transfer.slot] == &transfer) slots_[transfer.slot] = transfer.next;
  transfer.previous = transfer.next = nullptr;
  transfer.slot = -1;
  --enlisted_;
}

void HttpHub::Arm(std::int64_t at_ms) {
  if (closed_ || (armed_ms_ != 0 && armed_ms_ <= at_ms)) return;
  if (armed_ms_ != 0) loop_.RemoveTimer(timer_);
  armed_ms_ = at_ms;
  const std::int64_t wait = std::max<std::int64_t>(at_ms - now_ms_, 1);
  timer_ = loop_.AddTimer(loop_.Now() + absl::Milliseconds(wait), [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->OnTimer();
  });
}

void HttpHub::OnTimer() {
  armed_ms_ = 0;
  if (closed_) return;
  TickMs();
  const std::int64_t tick = now_ms_ / kSlotMs;
  CheckSlots(checked_ + 1, std::min(tick, checked_ + kSlots - 1));
  checked_ = tick;
  for (auto& shard : shards_) {
    if (shard->at_ms == 0 || shard->at_ms > now_ms_) continue;
    shard->at_ms = 0;
    if (shard->due) continue;
    shard->due = true;
    due_.push_back(shard.get());
  }
  RunDue();
  for (int i = 1; i < kSlots && enlisted_ > 0; ++i) {
    if (slots_[(checked_ + i) % kSlots] == nullptr) continue;
    Arm((checked_ + i) * kSlotMs);
    break;
  }
  for (auto& shard : shards_) {
    if (shard->at_ms != 0 && live_ > 0) Arm(shard->at_ms);
  }
}

void HttpHub::CheckSlots(std::int64_t from, std::int64_t to) {
  std::vector<HttpTransfer*> passed;
  for (std::int64_t tick = from; tick <= to; ++tick) {
    for (HttpTransfer* t = slots_[tick % kSlots]; t != nullptr; t = t->next) passed.push_back(t);
  }
  // Ending one launches others that wait, and destroys none: streams are destroyed by their coroutines.
  checked_ = std::max(checked_, to);
  for (HttpTransfer* transfer : passed) {
    if (transfer->slot < 0) continue;
    if (transfer->DueMs() <= now_ms_) {
      Finish(*transfer, transfer->TimeOut());
    } else {
      Delist(*transfer);
      Enlist(*transfer);
    }
  }
}

}  // namespace ninefold
