// Where planners' own questions fail (a choice made while planning). Tasks keep theirs by OnFailure::kept.
#pragma once

#include "graph/kept_failure.h"
