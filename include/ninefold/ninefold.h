// What an application needs; stores.h, pipeline.h and testing/ are for those who use them.
#pragma once

#include "ninefold/agent.h"
#include "ninefold/answer.h"
#include "ninefold/cassette.h"
#include "ninefold/concurrency.h"
#include "ninefold/contemplate.h"
#include "ninefold/image.h"
#include "ninefold/model_error.h"
#include "ninefold/models.h"
#include "ninefold/planner.h"
#include "ninefold/resilience.h"
#include "ninefold/runtime.h"
#include "ninefold/schema.h"
#include "ninefold/status.h"
#include "ninefold/task_graph.h"
#include "ninefold/team.h"
#include "ninefold/tool.h"
