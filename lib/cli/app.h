// The command line as a whole.
#pragma once

namespace ninefold::cli {

// What main returns.
int Main(int argc, char** argv);

}  // namespace ninefold::cli
