// Compiles the contracts in this folder with solc and writes one artefact each to `artefacts/`.
// With `--check` nothing is written: it fails if a committed artefact differs from a fresh one.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const COMPILER = "0.8.37";
const here = dirname(fileURLToPath(import.meta.url));
const artefacts = join(here, "artefacts");
const check = process.argv.includes("--check");

/** Ends the process with one sentence. */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** The compiler: from the project's node_modules, or from the folder named by SOLC_MODULES. */
function loadCompiler() {
  for (const base of [process.env.SOLC_MODULES, here].filter(Boolean)) {
    try {
      return createRequire(join(base, "package.json"))("solc");
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return fail("The Solidity compiler is not installed: run `npm ci` first.");
}

/** Compiles `sources`, a map from file name to text, and returns solc's `contracts`. */
function compile(solc, sources) {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content }])),
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true, runs: 200 },
      metadata: { bytecodeHash: "none", appendCBOR: false },
      outputSelection: {
        "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "storageLayout"] },
      },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const messages = output.errors ?? [];
  for (const message of messages) console.error(message.formattedMessage);
  if (messages.length > 0) fail("The contracts do not compile without complaints.");
  return output.contracts;
}

/** An artefact's text. Syntax-tree ids are left out: they change with unrelated edits. */
function artefactText(name, contract) {
  const storageLayout = {
    storage: contract.storageLayout.storage.map(({ astId, contract, ...rest }) => rest),
    types: contract.storageLayout.types,
  };
  const artefact = {
    contract: name,
    compiler: COMPILER,
    abi: contract.abi,
    bytecode: `0x${contract.evm.bytecode.object}`,
    deployedBytecode: `0x${contract.evm.deployedBytecode.object}`,
    storageLayout,
  };
  return `${JSON.stringify(artefact, null, 2)}\n`;
}

const solc = loadCompiler();
if (!solc.version().startsWith(`${COMPILER}+`)) {
  fail(`The contracts need solc ${COMPILER}, but ${solc.version()} is installed: run \`npm ci\`.`);
}

const files = readdirSync(here).filter((file) => file.endsWith(".sol")).sort();
const sources = Object.fromEntries(files.map((file) => [file, readFileSync(join(here, file), "utf8")]));
const compiled = compile(solc, sources);
mkdirSync(artefacts, { recursive: true });

const expected = new Set();
const stale = [];
for (const file of files) {
  const name = file.replace(/\.sol$/, "");
  const contract = compiled[file][name];
  if (!contract) fail(`${file} holds no contract named ${name}.`);
  const path = join(artefacts, `${name}.json`);
  const text = artefactText(name, contract);
  expected.add(`${name}.json`);
  if (!check) {
    writeFileSync(path, text);
    console.log(`wrote artefacts/${name}.json`);
    continue;
  }
  let committed = null;
  try {
    committed = readFileSync(path, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  if (committed === null) stale.push(`artefacts/${name}.json is missing`);
  else if (committed !== text) stale.push(`artefacts/${name}.json differs from ${file}`);
}
for (const file of readdirSync(artefacts)) {
  if (!expected.has(file)) stale.push(`artefacts/${file} has no source`);
}
if (stale.length > 0) fail(`${stale.join("; ")}: run \`cargo xtask contracts\` and commit the result.`);
if (check) console.log(`${files.length} artefacts match their sources (solc ${COMPILER})`);
