// The traces of trials, each a page beside the report: of all that were wrong and of some that were right, as
// many as a folder holds well.
#pragma once

#include <string>
#include <vector>

#include "ninefold/experiment.h"

namespace ninefold::cli {

class TraceFolder {
 public:
  // `folder` is made when there is something to write.
  TraceFolder(std::string folder, const std::vector<EvalItem>& items);

  void Add(const EvalTrial& trial, const std::vector<Event>& events);
  // As seen from a page in `page_folder`; "": there is none.
  std::string LinkTo(const EvalTrial& trial, const std::string& page_folder) const;

 private:
  std::string PathOf(const EvalTrial& trial) const;

  const std::string folder_;
  std::map<std::string, const EvalItem*> items_;
  std::size_t wrong_ = 0, right_ = 0;  // written
};

}  // namespace ninefold::cli
