// libcurl walks lists as long as the transfers of a multi handle, so there are several, of 64 transfers each.
#include "bench/curl_loop.h"

#include <curl/curl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace ninefold::bench {
namespace {

constexpr unsigned kTransfersEach = 64;

struct Multi {
  CURLM* handle = nullptr;
  int epoll = -1;
  int wait_ms = -1;  // until curl wants to be asked again; -1: never
};

std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* reply) {
  static_cast<std::string*>(reply)->append(data, size * count);
  return size * count;
}

int OnTimer(CURLM*, long ms, void* multi) {
  static_cast<Multi*>(multi)->wait_ms = int(ms);
  return 0;
}

int OnSocket(CURL*, curl_socket_t fd, int what, void* user, void* known) {
  auto* multi = static_cast<Multi*>(user);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(multi->epoll, EPOLL_CTL_DEL, fd, nullptr);
    return 0;
  }
  epoll_event event{};
  event.data.u64 = std::uint64_t(fd);
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  epoll_ctl(multi->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
  curl_multi_assign(multi->handle, fd, multi);
  return 0;
}

class Posts {
 public:
  Posts(const std::string& url, const std::string& body, unsigned count)
      : epoll_(epoll_create1(EPOLL_CLOEXEC)), replies_(count) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    headers_ = curl_slist_append(nullptr, "content-type: application/json");
    headers_ = curl_slist_append(headers_, "authorization: Bearer x");
    headers_ = curl_slist_append(headers_, "Expect:");
    for (unsigned i = 0; i < count; ++i) {
      if (i % kTransfersEach == 0) AddMulti();
      CURL* easy = curl_easy_init();
      curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
      curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, long(body.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
      curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, OnBody);
      curl_easy_setopt(easy, CURLOPT_WRITEDATA, &replies_[i]);
      curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 2048L);
      curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
      curl_easy_setopt(easy, CURLOPT_PROXY, "");
      easies_.push_back(easy);
      curl_multi_add_handle(multis_.back()->handle, easy);
    }
    left_ = count;
  }

  std::size_t Run() {
    std::vector<epoll_event> events(256);
    while (left_ > 0) {
      Tick();
      if (left_ == 0) break;
      // Each multi's sockets are in an epoll descriptor of its own, and these in one.
      const int ready = epoll_wait(epoll_, events.data(), int(events.size()), PatienceMs());
      for (int i = 0; i < ready; ++i) Serve(*static_cast<Multi*>(events[std::size_t(i)].data.ptr));
    }
    std::size_t bytes = 0;
    for (const std::string& reply : replies_) bytes += reply.size();
    return bytes;
  }

  ~Posts() {
    for (std::size_t i = 0; i < easies_.size(); ++i) {
      curl_multi_remove_handle(multis_[i / kTransfersEach]->handle, easies_[i]);
      curl_easy_cleanup(easies_[i]);
    }
    for (const auto& multi : multis_) {
      curl_multi_cleanup(multi->handle);
      close(multi->epoll);
    }
    curl_slist_free_all(headers_);
    close(epoll_);
  }
  Posts(const Posts&) = delete;
  Posts& operator=(const Posts&) = delete;

 private:
  void AddMulti() {
    auto multi = std::make_unique<Multi>();
    multi->handle = curl_multi_init();
    multi->epoll = epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = multi.get();
    epoll_ctl(epoll_, EPOLL_CTL_ADD, multi->epoll, &event);
    curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, OnSocket);
    curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi.get());
    curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, OnTimer);
    curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi.get());
    multis_.push_back(std::move(multi));
  }

  // Those that curl wants to be asked about now.
  void Tick() {
    int running = 0;
    for (const auto& multi : multis_) {
      if (multi->wait_ms != 0) continue;
      multi->wait_ms = -1;
      curl_multi_socket_action(multi->handle, CURL_SOCKET_TIMEOUT, 0, &running);
      Collect(*multi);
    }
  }

  int PatienceMs() const {
    for (const auto& multi : multis_) {
      if (multi->wait_ms == 0) return 0;
    }
    return 1000;
  }

  void Serve(Multi& multi) {
    epoll_event events[kTransfersEach];
    const int ready = epoll_wait(multi.epoll, events, int(kTransfersEach), 0);
    int running = 0;
    for (int i = 0; i < ready; ++i) {
      int mask = 0;
      if (events[i].events & (EPOLLIN | EPOLLHUP)) mask |= CURL_CSELECT_IN;
      if (events[i].events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
      if (events[i].events & EPOLLERR) mask |= CURL_CSELECT_ERR;
      curl_multi_socket_action(multi.handle, curl_socket_t(events[i].data.u64), mask, &running);
    }
    Collect(multi);
  }

  void Collect(Multi& multi) {
    int more = 0;
    while (CURLMsg* message = curl_multi_info_read(multi.handle, &more)) {
      if (message->msg != CURLMSG_DONE) continue;
      long status = 0;
      curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
      if (message->data.result != CURLE_OK || status != 200) {
        std::fprintf(stderr, "bench: a transfer failed: %s, status %ld\n",
                     curl_easy_strerror(message->data.result), status);
        std::exit(1);
      }
      --left_;
    }
  }

  int epoll_;
  std::vector<std::string> replies_;
  curl_slist* headers_ = nullptr;
  std::vector<std::unique_ptr<Multi>> multis_;
  std::vector<CURL*> easies_;
  unsigned left_ = 0;
};

}  // namespace

std::size_t PostAllAtOnce(const std::string& url, const std::string& body, unsigned count) {
  return Posts(url, body, count).Run();
}

}  // namespace ninefold::bench
