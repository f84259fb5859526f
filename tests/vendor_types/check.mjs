// node check.mjs BODIES.json WORK — each body as an object literal of its vendor's request type, so that a key
// which the type does not know is an error as well as a value of another type; then tsc over all of them.
// WORK/node_modules holds what package.json names.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const [bodiesFile, work] = process.argv.slice(2);

const typeOf = {
  'openai (Responses)': 'Responses', meta: 'Responses', anthropic: 'Anthropic', gemini: 'Gemini', ollama: 'Ollama',
  'openai (Chat)': 'Chat', llamacpp: 'Chat', vllm: 'Chat', lmstudio: 'Chat', openrouter: 'Chat', compatible: 'Chat',
};

// Where a body knowingly holds more than the type: it is taken out before the check. "*" is any item or key. A row
// that no body needs any longer is an error.
const deviations = [
  { dialect: 'ollama', at: '/truncate',
    why: "the server's own ChatRequest (api/types.go) has it: without it the beginning of a long talk is cut silently" },
  { dialect: 'ollama', at: '/messages/*/tool_call_id', why: "in the server's own Message (api/types.go)" },
  { dialect: 'ollama', at: '/messages/*/tool_calls/*/id', why: "in the server's own ToolCall (api/types.go)" },
  { dialect: 'ollama', at: '/tools/*/function/parameters', why: 'any JSON Schema is taken; the type knows a few keys' },
  { dialect: 'openrouter', at: '/messages/*/reasoning_details', why: 'its own key: how reasoning is sent back there' },
  { dialect: 'anthropic', at: '/temperature',
    why: 'the type has lost it; the models before 4.7 take it, and no other is sent it' },
  { dialect: 'anthropic', at: '/top_p', why: 'likewise' },
];

// Bodies that the types must refuse, each with what tsc is to say: else the check is blind.
const unknown = (key) => new RegExp(`TS2353: .*'"?${key}"?' does not exist`);
const wrongType = /TS2322: Type .* is not assignable/;
const selfChecks = [
  ['Responses', 'a misspelt key', { model: 'm', input: 'x', max_output_token: 5 }, unknown('max_output_token')],
  ['Responses', 'a wrong type', { model: 'm', input: 'x', store: 'no' }, wrongType],
  ['Chat', 'a misspelt key', { model: 'm', messages: [{ role: 'user', contents: 'x' }] }, unknown('contents')],
  ['Chat', 'a wrong type', { model: 'm', messages: [], temperature: '0.5' }, wrongType],
  ['Anthropic', 'a misspelt key', { model: 'm', max_tokens: 1, messages: [], tool_choices: {} }, unknown('tool_choices')],
  ['Anthropic', 'a wrong type', { model: 'm', max_tokens: '1', messages: [] }, wrongType],
  ['Gemini', 'a misspelt key', { contents: [], generationConfig: { top_p: 1 } }, unknown('top_p')],
  ['Gemini', 'a wrong type', { contents: [], toolConfig: { functionCallingConfig: { mode: 'SOME' } } }, wrongType],
  ['Ollama', 'a misspelt key', { model: 'm', message: [] }, unknown('message')],
  ['Ollama', 'a wrong type', { model: 'm', options: { num_predict: '5' } }, wrongType],
];

// Takes what is at the path out of the value; whether there was something.
function without(value, [step, ...rest]) {
  if (value === null || typeof value !== 'object') return false;
  let found = false;
  for (const key of step === '*' ? Object.keys(value) : [step]) {
    if (!Object.hasOwn(value, key)) continue;
    if (rest.length > 0) {
      found = without(value[key], rest) || found;
    } else {
      delete value[key];
      found = true;
    }
  }
  return found;
}

// ---- the files -----------------------------------------------------------------------------------

const folder = path.join(work, 'cases');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
copyFileSync(path.join(here, 'types.ts'), path.join(folder, 'types.ts'));

const cases = new Map();  // by file
function add(type, title, body, expected) {
  const file = `body_${cases.size + 1}.ts`;
  const literal = JSON.stringify(body, null, 1);
  writeFileSync(path.join(folder, file), `import type { ${type} } from './types';\nexport const body: ${type} = ${literal};\n`);
  cases.set(file, { title, expected, said: [] });
}

for (const { dialect, model, request, body } of JSON.parse(readFileSync(bodiesFile, 'utf8'))) {
  const parsed = JSON.parse(body);
  for (const row of deviations) {
    if (row.dialect === dialect && without(parsed, row.at.split('/').slice(1))) row.used = true;
  }
  if (!typeOf[dialect]) throw new Error(`${dialect}: no type is known for it; add it to check.mjs`);
  add(typeOf[dialect], `${dialect} (${model}), request "${request}"`, parsed);
}
const bodies = cases.size;
for (const [type, what, body, expected] of selfChecks) add(type, `self check of ${type}, ${what}`, body, expected);

writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({
  compilerOptions: {
    strict: true, noEmit: true, skipLibCheck: true, target: 'es2022', module: 'esnext', moduleResolution: 'bundler',
    lib: ['es2022', 'dom', 'dom.iterable', 'esnext.disposable'], types: [],
  },
  files: [...cases.keys()],
}));

// ---- what tsc says of them -----------------------------------------------------------------------

const compiler = path.join(work, 'node_modules/typescript/bin/tsc');
const tsc = spawnSync(process.execPath, [compiler, '--pretty', 'false'],
                      { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
if (tsc.error) throw tsc.error;

const elsewhere = [];
let current = elsewhere;
for (const line of tsc.stdout.split('\n').filter(Boolean)) {
  const at = /^(\w+\.ts)\((\d+),\d+\): error (.*)$/.exec(line);
  if (at) current = cases.get(at[1])?.said ?? elsewhere;
  else if (!line.startsWith(' ')) current = elsewhere;
  current.push(at && current !== elsewhere ? `${at[1]}, line ${at[2]}: ${at[3]}` : line);
}

const faults = [];
if (elsewhere.length > 0 || (tsc.status !== 0 && tsc.stdout === '')) faults.push(['tsc:', ...elsewhere, tsc.stderr].join('\n  '));
for (const { title, expected, said } of cases.values()) {
  if (!expected && said.length > 0) faults.push([`${title}:`, ...said].join('\n  '));
  if (expected && !said.some((line) => expected.test(line)))
    faults.push([`${title}: tsc should have said ${expected}, and said:`, ...said].join('\n  '));
}
for (const row of deviations) {
  if (!row.used) faults.push(`deviations in check.mjs: no body of ${row.dialect} has ${row.at} any more; remove the row`);
}
for (const fault of faults) console.error(fault);
console.log(`${bodies} bodies, ${selfChecks.length} self checks, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
