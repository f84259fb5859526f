// What code can do while it is graded, with a sandbox and, where the test says so, without one.
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "eval/python_child.h"
#include "eval/reply_code.h"
#include "grade_pairs.h"

namespace ninefold {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Code : public ::testing::Test {
 protected:
  void SetUp() override {
    if (access("/usr/bin/python3", X_OK) != 0 && access("/usr/local/bin/python3", X_OK) != 0) {
      const auto end = RunPython("", absl::Seconds(1));
      EXPECT_THAT(end, Fails(absl::StatusCode::kNotFound, HasSubstr("python3")));
      GTEST_SKIP() << "no python3";
    }
  }
  static Grade Of(const std::string& reply, absl::Duration time = absl::Seconds(20)) {
    const EvalItem item = {.expected = "assert double(4) == 8, 'four'\nassert double(0) == 0",
                           .grader = "code"};
    const auto grade = GradeReply(item, Said(reply), {.allow_code = true, .code_time = time});
    EXPECT_THAT(grade, IsOk());
    return grade.value_or(Grade{});
  }
  static PythonEnd Run(const std::string& program, Isolation isolation = Isolation::kWherePermitted,
                       absl::Duration time = absl::Seconds(20)) {
    const auto end = RunPython(program, time, isolation);
    EXPECT_THAT(end, IsOk());
    return end.value_or(PythonEnd{});
  }
  static void ExpectPasses(const std::string& program, Isolation isolation = Isolation::kWherePermitted) {
    const PythonEnd end = Run(program, isolation);
    EXPECT_TRUE(end.passed) << end.why << "\n" << program;
  }
};

// Tests of the sandbox itself.
class Sandbox : public Code {
 protected:
  void SetUp() override {
    Code::SetUp();
    if (!IsSkipped() && !MissingCodeIsolation().empty()) GTEST_SKIP() << MissingCodeIsolation();
  }
};

TEST_F(Code, PassesOrSaysWhy) {
  EXPECT_TRUE(
      Of("Here it is:\n```python\ndef double(x: Unheard) -> List[int]:\n  return 2 * x\n```\nDone.").right);
  EXPECT_TRUE(Of("def double(x):\n  return 2 * x").right);
  EXPECT_EQ(Of("```\ndef double(x):\n  return x\n```").why, "AssertionError: four");
  EXPECT_THAT(Of("```\nnothing = 1\n```").why, HasSubstr("NameError"));
  EXPECT_THAT(Of("no code at all").why, HasSubstr("SyntaxError"));
  EXPECT_THAT(Of("```\ndef double(x): return os.getpid()\n```").why, HasSubstr("NameError"))
      << "nothing is imported for it";
  EXPECT_TRUE(Of("```python\nfrom __future__ import annotations\ndef double(x): return 2 * x\n```").right);
}

TEST_F(Code, IsTakenFromTheBlockThatDefinesIt) {
  EXPECT_TRUE(
      Of("```python\ndef double(x):\n  return 2 * x\n```\nOutput:\n```\n>>> double(1)\n2\n```").right);
  EXPECT_TRUE(
      Of("```python\ndef double(x):\n  return 2 * x\n```\nUse:\n```python\nprint(double(1))\n```").right);
  EXPECT_TRUE(Of("```python\nimport os\n```\nthen\n```python\ndef double(x):\n  return 2 * x\n```").right);
  const std::string reply =
      "Wrong:\n```python\ndef f(x): return 0\n```\nBetter:\n```python\ndef f(x): return 2\n```\n"
      "Try:\n```python\nassert f(9) == 'nine'\n```\n```bash\npython f.py\n```";
  EXPECT_EQ(PythonOf(reply, "f"), "def f(x): return 2\n");
  EXPECT_EQ(PythonOf("```python\nclass F:\n  pass\n```\n```\nF()\n```", "F"), "class F:\n  pass\n");
  EXPECT_EQ(PythonOf("```python\na\n```\nand\n```text\nb\n```\n```py\nc\n```", ""), "a\n\nc\n\n");
  EXPECT_EQ(PythonOf("x = 1", "f"), "x = 1");
}

// Tests and replies of HumanEval use the helpers that the prompt defines.
TEST_F(Code, StandsBehindItsSetup) {
  const EvalItem item = {
      .expected = "assert helper(f(1)) == 4",
      .setup = "import math\ndef helper(x):\n  return 2 * x\n\ndef f(x):\n  '''Doubles'''\n",
      .entry_point = "f",
      .grader = "code"};
  for (const char* reply : {"```python\ndef f(x):\n  return helper(x)\n```", "  return helper(x)",
                            "```python\ndef f(x):\n  return int(math.fabs(2 * x))\n```"}) {
    const auto grade = GradeReply(item, Said(reply), {.allow_code = true, .code_time = absl::Seconds(20)});
    ASSERT_THAT(grade, IsOk());
    EXPECT_TRUE(grade->right) << reply << ": " << grade->why;
  }
}

TEST_F(Code, CannotLeaveBeforeItsTests) {
  for (const char* leaves : {"import sys\nsys.exit(0)", "open('done', 'w').close()\nraise SystemExit(0)",
                             "import os\nos._exit(0)", "import os\nos.write(3, b'done')\nos._exit(0)"}) {
    EXPECT_EQ(Run(absl::StrCat(leaves, "\nassert False\n")).why, "it ended before its tests") << leaves;
    EXPECT_EQ(Run(absl::StrCat(leaves, "\nassert False\n"), Isolation::kNone).why,
              "it ended before its tests");
  }
}

TEST_F(Code, HasLimits) {
  const Grade endless = Of("```\nwhile True: pass\n```", absl::Milliseconds(400));
  EXPECT_FALSE(endless.right);
  EXPECT_EQ(endless.why, "not done after 400ms");
  EXPECT_THAT(Of("```\nx = bytearray(3 << 30)\n```").why, HasSubstr("MemoryError"));
  EXPECT_FALSE(Of("```\nwith open('big', 'wb') as f:\n  f.write(b'x' * (24 << 20))\n```").right);
  EXPECT_EQ(Run("import signal\nfor s in range(1, 60):\n  try: signal.signal(s, signal.SIG_IGN)\n"
                "  except Exception: pass\nwhile True: pass",
                Isolation::kNone, absl::Milliseconds(600))
                .why,
            "not done after 600ms");
}

TEST_F(Code, StartsFewProcesses) {
  const std::string forks =
      "import os, time\nn = 0\ntry:\n  for i in range(400):\n    if os.fork() == 0:\n      time.sleep(20)\n"
      "      os._exit(0)\n    n += 1\nexcept OSError: pass\nassert n < 300, n\n";
  ExpectPasses(forks);
  if (geteuid() == 0) ExpectPasses(forks, Isolation::kNone);
}

// A daemon: of another session and group, and without its parent.
TEST_F(Code, LeavesNothingRunning) {
  const std::string daemon =
      "import os, time, sys\nr, w = os.pipe()\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0:\n"
      "    os.write(w, str(os.getpid()).encode())\n    time.sleep(60)\n  os._exit(0)\n"
      "print(os.read(r, 20).decode(), file=sys.stderr)\nraise SystemExit(1)\n";
  ExpectPasses("import subprocess\nsubprocess.Popen(['sleep', '100'])\n");
  const PythonEnd end = Run(daemon, Isolation::kNone);
  int pid = 0;
  ASSERT_TRUE(absl::SimpleAtoi(end.why, &pid)) << end.why;
  EXPECT_NE(kill(pid, 0), 0) << "it is found, and killed";
}

TEST_F(Code, SeesNoSecretsOfWhoGradesIt) {
  ASSERT_EQ(setenv("NINEFOLD_TEST_SECRET", "hidden", 1), 0);
  const std::string looks =
      "import os\nassert 'NINEFOLD_TEST_SECRET' not in os.environ\nfound = []\n"
      "for d in os.listdir('/proc') if os.path.isdir('/proc') else []:\n  if d.isdigit():\n    try:\n"
      "      if b'NINEFOLD_TEST_SECRET' in open('/proc/%s/environ' % d, 'rb').read(): found.append(d)\n"
      "    except OSError: pass\nassert not found, found\n";
  ExpectPasses(looks);
  ExpectPasses(looks, Isolation::kNone);
}

TEST_F(Code, WritesIntoAFolderThatIsRemoved) {
  const PythonEnd end =
      Run("import os, sys\nopen('here', 'w').write('x')\nprint(os.getcwd(), file=sys.stderr)\n"
          "raise SystemExit(1)",
          Isolation::kNone);
  EXPECT_THAT(end.why, HasSubstr("ninefold-eval-"));
  EXPECT_FALSE(std::filesystem::exists(end.why)) << end.why;
}

TEST_F(Sandbox, HasAFileSystemOfItsOwnWithLittleRoom) {
  const std::string outside = ::testing::TempDir() + "/sandbox_test";
  std::filesystem::remove(outside);
  const PythonEnd writes = Run(absl::StrCat("open('", outside, "', 'w').write('x')"));
  EXPECT_FALSE(std::filesystem::exists(outside)) << writes.why;
  ExpectPasses(
      "import os\nassert os.getcwd() == '/work'\n"
      "for path in ('/root', '/home', '/var', '/sys', '/etc/passwd', '/etc/shadow'):\n"
      "  assert not os.path.exists(path), path\n"
      "for path in ('/usr/x', '/usr/bin/x', '/usr/local/x'):\n"
      "  try: open(path, 'w')\n  except OSError: continue\n  raise SystemExit(path)\n");
  ExpectPasses(
      "n = 0\ntry:\n  for i in range(40):\n    with open('f%d' % i, 'wb') as f: f.write(b'x' * (8 << 20))\n"
      "    n += 8\nexcept OSError: pass\nassert 16 <= n <= 64, n\n");
}

TEST_F(Sandbox, SeesNoOtherProcessesAndNoNetwork) {
  ExpectPasses(
      "import os\nassert os.getpid() < 10\nfor pid in (1, os.getppid()):\n  try: os.kill(pid, 9)\n"
      "  except OSError: pass\n"
      "if os.path.exists('/proc/1'):\n  assert sum(d.isdigit() for d in os.listdir('/proc')) < 10\n");
  // Connecting a datagram's socket sends nothing, but needs a route.
  ExpectPasses(
      "import socket\ntry:\n"
      "  socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))\n  routed = True\n"
      "except OSError:\n  routed = False\nassert not routed\n");
}

TEST_F(Sandbox, HasWhatPythonNeeds) {
  ExpectPasses(
      "import ctypes, decimal, hashlib, json, math, multiprocessing, random, sqlite3, ssl, subprocess, "
      "tempfile\n"
      "open('/dev/null', 'w').write('x')\nassert len(open('/dev/urandom', 'rb').read(4)) == 4\n"
      "tempfile.NamedTemporaryFile().write(b'x')\n"
      "assert subprocess.run(['/bin/sh', '-c', 'echo hi'], capture_output=True).stdout == b'hi\\n'\n"
      "with multiprocessing.get_context('fork').Pool(2) as pool: assert pool.map(abs, [-1, -2]) == [1, 2]\n");
}

// Each distinct program once, where the team's reply has it whole.
TEST_F(Code, OfAttemptsIsRunToo) {
  auto turn = std::make_shared<std::atomic<int>>(0);
  const AgentPtr solver =
      MakeAgent({.name = "solver", .model = testing::Responding([turn](const ModelRequest&) {
                                     const bool right = (*turn)++ % 3 < 2;
                                     return testing::Say(absl::StrCat("```python\ndef f(): return ",
                                                                      right ? "1" : "2", "\n```"));
                                   })});
  const AgentPtr team =
      Contemplate({.solver = solver, .width = 3, .stops = {.decided = false, .settled = 1, .quorum = 1}});
  testing::Sim sim;
  const auto reply = sim.Run(team, "?");
  ASSERT_THAT(reply, IsOk());
  const EvalItem item = {.expected = "assert f() == 1", .entry_point = "f", .grader = "code"};
  EvalTrial trial, refused;
  ASSERT_THAT(FillTrial(item, *reply, {.allow_code = true, .code_time = absl::Seconds(20)}, trial), IsOk());
  EXPECT_EQ(trial.attempts_cast, 3);
  EXPECT_EQ(trial.attempts_right, 2);
  ASSERT_THAT(FillTrial(item, *reply, {}, refused), IsOk());
  EXPECT_EQ(refused.attempts_cast, 0);
}

TEST(CodeIsolation, IsSaidWhenItIsMissing) {
  EXPECT_THAT(MissingCodeIsolation(), AnyOf("", HasSubstr("run the whole measurement in a container")));
}

TEST(Blocks, TheLastWholeOneCounts) {
  EXPECT_EQ(LastBlock("no"), "");
  EXPECT_EQ(LastBlock("```\na\n```\nand\n```py\nb\n```"), "b\n");
  EXPECT_EQ(LastBlock("```\na\n```\nand\n```py\nb"), "a\n");
}

}  // namespace
}  // namespace ninefold
