// The laws that votes, early stops and waiting follow when attempts are drawn independently: exact, to
// measure an orchestrator against, and to say what more attempts can bring before they are paid for.
//
// p: the chance that one attempt is right. n: attempts, 1 to 1024.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace ninefold {

// --- Accuracy ----------------------------------------------------------------------------------------------

// Of a majority when all wrong answers agree, the worst case; ties count half. Condorcet's.
double MajorityAccuracy(double p, int n);
// The same when questions differ in difficulty: p of each is drawn from Beta(p(1-rho)/rho, (1-p)(1-rho)/rho).
// rho is the correlation of two attempts at one question, 0 to 1 (beta-binomial). Benchmarks look like this.
double MajorityAccuracy(double p, double rho, int n);
// Of a plurality when wrong attempts scatter evenly over `wrong_answers`; ties are split evenly. n up to 128.
double PluralityAccuracy(double p, int wrong_answers, int n);
// That any of them is right: what a perfect verifier would find. With rho, as of a majority.
double Coverage(double p, int n);
double Coverage(double p, double rho, int n);
// How many independent attempts n correlated ones are worth: n / (1 + (n-1) rho).
double EffectiveAttempts(int n, double rho);

// --- Early stops -------------------------------------------------------------------------------------------

struct StopLaw {
  double attempts = 0;  // expected
  double accuracy = 0;
};
// One attempt after another, all wrong ones agreeing, until the leader's odds of beating the runner-up reach
// `settled` (contemplate.h) or `most` were made. arXiv 2305.11860.
StopLaw AdaptiveStop(double p, int most, double settled);

// --- Waiting -----------------------------------------------------------------------------------------------

// The expected time until k of n have ended, in means of one, when times are exponential: H(n) - H(n-k).
double ExpectedWait(int k, int n);
// That at least one of n calls is slow when one is with chance `slow`.
double SlowShare(double slow, int n);
// No greedy executor takes longer: work/width + critical_path (1 - 1/width). R. L. Graham, 1969. Any unit.
double GrahamBound(double work, double critical_path, int width);

// --- From measurements -------------------------------------------------------------------------------------

// Mean and correlation of attempts, from the right ones of n attempts at each question; at least two attempts
// at each (one pair would do: arXiv 2605.03379).
struct Difficulty {
  double p = 0;
  double rho = 0;  // 0 to 1; below 0 by chance is 0
};
Difficulty EstimateDifficulty(const std::vector<std::pair<int, int>>& right_of);  // {right, attempts}

}  // namespace ninefold
