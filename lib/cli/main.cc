#include "cli/app.h"

int main(int argc, char** argv) { return ninefold::cli::Main(argc, argv); }
