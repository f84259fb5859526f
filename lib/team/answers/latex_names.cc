// The commands of LaTeX that have a plain name.
#include <string_view>
#include <unordered_map>

#include "team/answers/latex.h"
#include "team/answers/parts.h"

namespace ninefold::answers {
namespace {

using Names = std::unordered_map<std::string_view, std::string_view>;

const Names& Symbols() {
  static const Names& names = *new Names{{"times", "*"},
                                         {"cdot", "*"},
                                         {"ast", "*"},
                                         {"div", "/"},
                                         {"pm", "±"},
                                         {"mp", "∓"},
                                         {"infty", "∞"},
                                         {"circ", "°"},
                                         {"degree", "°"},
                                         {"le", "≤"},
                                         {"leq", "≤"},
                                         {"leqslant", "≤"},
                                         {"lt", "<"},
                                         {"ge", "≥"},
                                         {"geq", "≥"},
                                         {"geqslant", "≥"},
                                         {"gt", ">"},
                                         {"ne", "≠"},
                                         {"neq", "≠"},
                                         {"in", "∈"},
                                         {"notin", "∉"},
                                         {"subset", "⊂"},
                                         {"subseteq", "⊆"},
                                         {"supset", "⊃"},
                                         {"supseteq", "⊇"},
                                         {"cup", "∪"},
                                         {"cap", "∩"},
                                         {"setminus", "∖"},
                                         {"emptyset", "∅"},
                                         {"varnothing", "∅"},
                                         {"approx", "≈"},
                                         {"equiv", "≡"},
                                         {"sim", "∼"},
                                         {"cong", "≅"},
                                         {"propto", "∝"},
                                         {"to", "→"},
                                         {"rightarrow", "→"},
                                         {"longrightarrow", "→"},
                                         {"Rightarrow", "⇒"},
                                         {"implies", "⇒"},
                                         {"leftrightarrow", "↔"},
                                         {"Leftrightarrow", "⇔"},
                                         {"iff", "⇔"},
                                         {"mapsto", "↦"},
                                         {"land", "∧"},
                                         {"wedge", "∧"},
                                         {"lor", "∨"},
                                         {"vee", "∨"},
                                         {"neg", "¬"},
                                         {"lnot", "¬"},
                                         {"forall", "∀"},
                                         {"exists", "∃"},
                                         {"nabla", "∇"},
                                         {"partial", "∂"},
                                         {"int", "∫"},
                                         {"oint", "∮"},
                                         {"sum", "∑"},
                                         {"prod", "∏"},
                                         {"surd", "√"},
                                         {"angle", "∠"},
                                         {"triangle", "△"},
                                         {"perp", "⊥"},
                                         {"parallel", "∥"},
                                         {"oplus", "⊕"},
                                         {"otimes", "⊗"},
                                         {"ldots", "..."},
                                         {"dots", "..."},
                                         {"cdots", "..."},
                                         {"hbar", "ħ"},
                                         {"ell", "l"},
                                         {"AA", "Å"},
                                         {"euro", "€"},
                                         {"pounds", "£"},
                                         {"textdollar", "$"},
                                         {"percent", "%"},
                                         {"lbrace", "{"},
                                         {"rbrace", "}"},
                                         {"lbrack", "["},
                                         {"rbrack", "]"},
                                         {"langle", "<"},
                                         {"rangle", ">"},
                                         {"lfloor", "⌊"},
                                         {"rfloor", "⌋"},
                                         {"lceil", "⌈"},
                                         {"rceil", "⌉"},
                                         {"mid", "|"},
                                         {"vert", "|"},
                                         {"lvert", "|"},
                                         {"rvert", "|"},
                                         {"colon", ":"},
                                         {"backslash", "\\"},
                                         {"prime", "'"}};
  return names;
}

const Names& Greek() {
  static const Names& names =
      *new Names{{"alpha", "α"},    {"beta", "β"},  {"gamma", "γ"}, {"delta", "δ"},      {"epsilon", "ε"},
                 {"zeta", "ζ"},     {"eta", "η"},   {"theta", "θ"}, {"iota", "ι"},       {"kappa", "κ"},
                 {"lambda", "λ"},   {"mu", "μ"},    {"nu", "ν"},    {"xi", "ξ"},         {"pi", "π"},
                 {"rho", "ρ"},      {"sigma", "σ"}, {"tau", "τ"},   {"upsilon", "υ"},    {"phi", "φ"},
                 {"chi", "χ"},      {"psi", "ψ"},   {"omega", "ω"}, {"varepsilon", "ε"}, {"varphi", "φ"},
                 {"vartheta", "θ"}, {"Gamma", "Γ"}, {"Delta", "Δ"}, {"Theta", "Θ"},      {"Lambda", "Λ"},
                 {"Xi", "Ξ"},       {"Pi", "Π"},    {"Sigma", "Σ"}, {"Phi", "Φ"},        {"Psi", "Ψ"},
                 {"Omega", "Ω"}};
  return names;
}

// What only says how it looks.
bool IsLook(std::string_view name) {
  return IsOneOf(name, {"displaystyle", "textstyle", "limits", "nolimits",   "big",      "Big",   "bigg",
                        "Bigg",         "bigl",      "bigr",   "Bigl",       "Bigr",     "large", "Large",
                        "LARGE",        "huge",      "Huge",   "small",      "rm",       "bf",    "it",
                        "sf",           "tt",        "cal",    "normalsize", "centering"});
}

}  // namespace

std::optional<std::string_view> LatexSymbol(std::string_view name) {
  for (const Names* names : {&Symbols(), &Greek()}) {
    const auto it = names->find(name);
    if (it != names->end()) return it->second;
  }
  if (name == "quad" || name == "qquad") return "\n";
  if (name == "mod" || name == "bmod") return " mod ";
  return IsLook(name) ? std::optional<std::string_view>("") : std::nullopt;
}

bool IsLatexWrapper(std::string_view name) {
  return IsOneOf(name,
                 {"text",         "textbf", "textit",     "textrm",     "textsf",    "texttt", "textsc",
                  "textup",       "emph",   "textnormal", "mathrm",     "mathbf",    "mathit", "mathsf",
                  "mathtt",       "mathbb", "mathcal",    "mathscr",    "mathfrak",  "mathop", "mbox",
                  "operatorname", "hbox",   "boxed",      "fbox",       "framebox",  "bm",     "underline",
                  "unit",         "ce",     "bbox",       "ensuremath", "boldsymbol"});
}

bool HasSpareArgument(std::string_view name) {
  return IsOneOf(name, {"color", "textcolor", "colorbox", "hspace", "vspace", "phantom", "tag", "label"});
}

bool IsFraction(std::string_view name) {
  return IsOneOf(name, {"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "xfrac"});
}

bool IsFunction(std::string_view name) {
  return IsOneOf(name,
                 {"sin",  "cos",  "tan",  "cot", "sec", "csc", "arcsin", "arccos", "arctan", "arccot", "sinh",
                  "cosh", "tanh", "coth", "log", "ln",  "lg",  "exp",    "max",    "min",    "gcd",    "lcm",
                  "det",  "lim",  "sup",  "inf", "arg", "deg", "dim",    "ker",    "Pr",     "sgn"});
}

std::string_view AccentOf(std::string_view name) {
  using Row = std::pair<std::string_view, std::string_view>;
  for (const auto& [command, accent] :
       {Row{"overline", "bar"}, Row{"bar", "bar"}, Row{"vec", "vec"}, Row{"overrightarrow", "vec"},
        Row{"hat", "hat"}, Row{"widehat", "hat"}, Row{"tilde", "tilde"}, Row{"widetilde", "tilde"},
        Row{"dot", "dot"}, Row{"ddot", "ddot"}}) {
    if (name == command) return accent;
  }
  return "";
}

}  // namespace ninefold::answers
