// The only control-flow macros in the tree: return early with the error of a Status or StatusOr. TRY and
// CHECK_OK for plain functions, CO_TRY and CO_CHECK_OK for coroutines.
//
//   TRY(Json body, ParseJson(text));
//   CO_TRY(ModelReply reply, co_await CallModel(model, request, ctx));
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define NINEFOLD_CAT2(a, b) a##b
#define NINEFOLD_CAT(a, b) NINEFOLD_CAT2(a, b)

#define NINEFOLD_TRY(tmp, ret, lhs, ...) \
  auto tmp = __VA_ARGS__;                \
  if (!tmp.ok()) ret tmp.status();       \
  lhs = *std::move(tmp)

#define TRY(lhs, ...) NINEFOLD_TRY(NINEFOLD_CAT(try_, __LINE__), return, lhs, __VA_ARGS__)
#define CO_TRY(lhs, ...) NINEFOLD_TRY(NINEFOLD_CAT(try_, __LINE__), co_return, lhs, __VA_ARGS__)

#define NINEFOLD_CHECK_OK(tmp, ret, ...) \
  do {                                   \
    absl::Status tmp = __VA_ARGS__;      \
    if (!tmp.ok()) ret tmp;              \
  } while (false)
#define CHECK_OK(...) NINEFOLD_CHECK_OK(NINEFOLD_CAT(try_, __LINE__), return, __VA_ARGS__)
#define CO_CHECK_OK(...) NINEFOLD_CHECK_OK(NINEFOLD_CAT(try_, __LINE__), co_return, __VA_ARGS__)
