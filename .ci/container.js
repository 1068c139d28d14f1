// Checks the container files where there is no container engine: reads compose.yaml and the Dockerfile, runs the
// Dockerfile's steps in temporary folders, then starts and uses what came out. Exits 1 at the first fault.
/* global fetch */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { DockerfileParser } from 'dockerfile-ast';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const say = (text) => process.stdout.write(`${text}\n`);

class Fault extends Error {}
const demand = (holds, sentence) => {
  if (!holds) throw new Fault(sentence);
};

/** The variables that the program reads, by the schema in its sources. */
const schema = read('src/config/environment.ts');
const known = new Set([...schema.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name));
/** What a clone has, also what is not committed yet; files that git ignores do not count. */
const listing = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root });
const files = `${listing.stdout}`.split('\n').filter((it) => it !== '' && existsSync(path.join(root, it)));
const isLeftOut = readDockerignore(read('.dockerignore'));
const context = files.filter((file) => !isLeftOut(file));
const workshop = mkdtempSync(path.join(tmpdir(), 'vultus-container-'));

async function main() {
  const environment = readCompose(parse(read('compose.yaml')));
  const stages = readStages();
  const { command, health } = checkStages(stages);
  for (const stage of stages) build(stage, stages);
  await checkImage(stages.at(-1), environment);
  await use(stages.at(-1), command, health);
  say('NOT CHECKED without an engine: images to pull, USER, VOLUME, networks, the locks of compose.yaml');
}

/** @returns the environment that compose.yaml gives the server, with secrets made as its messages say */
function readCompose({ services, networks, volumes }) {
  for (const [name, service] of Object.entries(services)) {
    const insist = (holds, sentence) => demand(holds, `compose.yaml, ${name}: ${sentence}`);
    if (service.build === undefined) insist(isPinned(service.image), `${service.image} needs a version`);
    else insist(service.build === '.' && files.includes('Dockerfile'), 'build must be "."');
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      insist(other in services, `depends on ${other}, which is not there`);
      const isChecked = services[other].healthcheck ?? services[other].build;
      insist(condition !== 'service_healthy' || isChecked, `${other} has no healthcheck to wait for`);
    }
    for (const it of service.networks ?? []) insist(it in networks, `the network ${it} is not declared`);
    for (const it of service.volumes ?? []) insist(it.split(':')[0] in volumes, `${it} is not declared`);
    for (const it of service.ports ?? []) insist(it.startsWith('127.0.0.1:'), `${it} is open to the network`);
  }
  for (const [, name, message] of JSON.stringify(services).matchAll(/\$\{(\w+):\?([^}]*)\}/g)) {
    const [command] = /openssl rand -base64 \d+/.exec(message) ?? [];
    demand(command, `compose.yaml: the message for a missing ${name} does not say how to make one`);
    const entry = new RegExp(`^#.*${command}\n${name}=$`, 'm');
    demand(entry.test(read('.env.example')), `.env.example lacks "# … ${command}", below it "${name}="`);
  }
  const { environment, stop_grace_period: grace } = services.server;
  const drain = Number(/DRAIN_MS = ([\d_]+)/.exec(read('src/program-end.ts'))[1].replaceAll('_', ''));
  demand(1000 * parseInt(grace) > drain, `compose.yaml: stop_grace_period must be above ${drain} ms`);
  for (const it of ['JWT_SECRET', 'FACE_AUTH_SECRET', 'TEMPLATE_KEY'])
    demand(environment[it]?.startsWith(`\${${it}:?`), `compose.yaml: ${it} must be \${${it}:?message}`);
  for (const it of Object.keys(environment))
    demand(
      known.has(it),
      `compose.yaml gives the server ${it}, which src/config/environment.ts does not read`,
    );
  say(`compose.yaml: ${Object.keys(services)}; the server gets ${Object.keys(environment)}`);
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filledIn(value)]));
}

function filledIn(value) {
  const random = (bytes) => randomBytes(Number(bytes)).toString('base64');
  const secretsMade = value.replace(/\$\{\w+:\?.*-base64 (\d+)[^}]*\}/, (_, bytes) => random(bytes));
  return secretsMade.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
}

const isPinned = (image) => /:(?!latest$)[\w.-]+$/.test(image);

/** The last rule that fits a file, or a folder above it, decides. */
function readDockerignore(text) {
  const wild = { '**/': '(.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };
  const lines = text.split('\n').filter((line) => /^[^#]/.test(line));
  const rules = lines.map((line) => {
    const escaped = line.replace(/^!?\/?|\/?\s*$/g, '').replace(/[.+^${}()|[\]\\]/g, '\\$&');
    const source = escaped.replace(/\*\*\/|\*\*|\*|\?/g, (sign) => wild[sign]);
    return { fits: new RegExp(`^${source}(/.*)?$`), leavesOut: !line.startsWith('!') };
  });
  return (file) => rules.findLast(({ fits }) => fits.test(file))?.leavesOut ?? false;
}

/** The stages with their steps; `folder` stands for the root of a stage's image. */
function readStages() {
  const stages = [];
  for (const step of DockerfileParser.parse(read('Dockerfile')).getInstructions()) {
    if (step.getKeyword() !== 'FROM') {
      demand(stages.length > 0, `Dockerfile: this check knows no ${step.getKeyword()} before FROM`);
      stages.at(-1).steps.push(step);
      continue;
    }
    const base = stages.find(({ name }) => name === step.getImage());
    demand(base ?? isPinned(step.getImage()), `Dockerfile: ${step.getImage()} needs a version`);
    const name = step.getBuildStage() ?? 'final';
    stages.push({ name, base, steps: [], folder: path.join(workshop, name), workdir: '/', env: {} });
  }
  return stages;
}

/** What can be told without running anything. @returns how the image is started, and asked for its health */
function checkStages(stages) {
  for (const [index, { steps }] of stages.entries()) {
    for (const step of steps) {
      const keyword = step.getKeyword();
      demand(keyword in STEPS, `Dockerfile: this check knows no ${keyword}`);
      const isExpanded = !/^(RUN|CMD|HEALTHCHECK)$/.test(keyword) && step.getArgumentsContent().includes('$');
      demand(!isExpanded, `Dockerfile: this check knows no variables in ${keyword}`);
      for (const name of (step.getProperties?.() ?? []).map((it) => it.getName()))
        demand(!/SECRET|KEY|TOKEN|PASS/.test(name), `Dockerfile: ${name} would stay in the image`);
      if (keyword !== 'COPY') continue;
      const { from, sources } = readCopy(step);
      const earlier = stages.slice(0, index).some(({ name }) => name === from);
      demand(from === undefined || earlier, `Dockerfile: COPY --from=${from} names no earlier stage`);
      for (const it of from === undefined ? sources : []) {
        demand(below(it, files).length > 0, `Dockerfile: COPY ${it} is not in the repository`);
        demand(below(it, context).length > 0, `Dockerfile: COPY ${it} is left out by .dockerignore`);
      }
    }
  }
  for (const it of ['.env', '.git/config', 'data/secrets.json', 'models/any.onnx', 'node_modules/any.js'])
    demand(isLeftOut(it), `.dockerignore lets ${it} into the build`);
  say(`Dockerfile: stages ${stages.map(({ name }) => name)}; ${context.length} files in the context`);
  const ofImage = (keyword) => stages.at(-1).steps.findLast((step) => step.getKeyword() === keyword);
  const words = (keyword) => ofImage(keyword)?.getArgumentsContent() ?? '';
  demand(/^(?!(root|0)(:|$))\w/.test(words('USER')), 'Dockerfile: the last stage has no USER but root');
  const health = execForm(words('HEALTHCHECK').replace(/^CMD\s+/, ''), 'HEALTHCHECK CMD');
  return { command: execForm(words('CMD'), 'CMD'), health };
}

function execForm(text, keyword) {
  demand(/^\[.*\]$/s.test(text), `Dockerfile: the last stage needs ${keyword} ["program", "argument"]`);
  return JSON.parse(text);
}

function readCopy(step) {
  const words = step.getArguments().map((word) => word.getValue());
  const from = step.getFlags().find((flag) => flag.getName() === 'from');
  const sources = words.slice(0, -1).map((source) => path.posix.resolve('/', source).slice(1));
  return { from: from?.getValue(), sources, target: words.at(-1) };
}

/** @returns the files of `list` that COPY takes for `source`, each with its path below the target */
function below(source, list) {
  if (list.includes(source)) return [[source, path.posix.basename(source)]];
  const folder = source === '' ? '' : `${source}/`;
  return list.filter((it) => it.startsWith(folder)).map((it) => [it, it.slice(folder.length)]);
}

/** Where a path of the image lies here. */
const place = (stage, to) => path.join(stage.folder, path.posix.resolve(stage.workdir, to));
/** A text of the image, with the image's own folders as they lie here; those of the system are the same. */
const own = [...read('Dockerfile').matchAll(/^(?:WORKDIR|VOLUME) +\/([\w-]+)/gm)].map(([, name]) => name);
const ownFolder = new RegExp(`(?<![\\w.~*/-])/(${own.join('|')})(?![\\w.-])`, 'g');
const moved = (stage, text) => text.replace(ownFolder, `${stage.folder}$&`);
/** Ours with proxies and npm settings, but nothing that is meant for the program; then the image's. */
const environmentOf = (stage) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([it]) => it !== 'NODE_ENV' && !known.has(it))),
  ...Object.fromEntries(Object.entries(stage.env).map(([name, value]) => [name, moved(stage, value)])),
});

/** What needs root, or a system that is only in the image. */
const NEEDS_IMAGE = /^(useradd|groupadd|adduser|addgroup|chown|apt-get|apk)\b/;
const nothing = () => undefined;
const setVariables = (stage, step) => {
  for (const it of step.getProperties()) stage.env[it.getName()] = it.getUnescapedValue() ?? '';
};

/** How each instruction is done here. */
const STEPS = {
  ...{ USER: nothing, VOLUME: nothing, EXPOSE: nothing, LABEL: nothing, HEALTHCHECK: nothing, CMD: nothing },
  ...{ ENV: setVariables, ARG: setVariables },
  WORKDIR: (stage, step) => {
    stage.workdir = path.posix.resolve(stage.workdir, step.getArgumentsContent());
    mkdirSync(place(stage, '.'), { recursive: true });
  },
  COPY: (stage, step, stages) => {
    const { from, sources, target } = readCopy(step);
    const isFolder = /(^|\/)\.?$/.test(target);
    const to = (name) => place(stage, isFolder ? path.posix.join(target, name) : target);
    for (const source of sources) {
      if (from === undefined) {
        for (const [file, name] of below(source, context)) cpSync(path.join(root, file), to(name));
        continue;
      }
      const made = path.join(stages.find(({ name }) => name === from).folder, source);
      demand(existsSync(made), `Dockerfile: COPY --from=${from} ${source}: that stage has not made it`);
      if (statSync(made).isDirectory()) copyFolder(made, place(stage, target));
      else cpSync(made, to(path.posix.basename(source)));
    }
  },
  RUN: (stage, step) => {
    const parts = step.getArgumentsContent().replace(/\s+/g, ' ').split(' && ');
    for (const part of parts.filter((it) => NEEDS_IMAGE.test(it))) say(`  NOT RUN, needs the image: ${part}`);
    const command = parts.filter((it) => !NEEDS_IMAGE.test(it)).join(' && ');
    const options = { cwd: place(stage, '.'), env: environmentOf(stage), encoding: 'utf8' };
    const started = Date.now();
    const { status, stdout, stderr } = spawnSync('sh', ['-c', moved(stage, command)], options);
    demand(status === 0, `${stdout}${stderr}\nDockerfile, ${stage.name}: code ${status} of RUN ${command}`);
    say(`  ${((Date.now() - started) / 1000).toFixed(1)} s  ${stage.name}: ${command}`);
  },
};

/** By hard links: the stages are thrown away together. */
function copyFolder(from, to) {
  mkdirSync(to, { recursive: true });
  demand(spawnSync('cp', ['-RPl', `${from}/.`, to]).status === 0, `${from} cannot be copied to ${to}`);
}

function build(stage, stages) {
  mkdirSync(stage.folder);
  if (stage.base) {
    copyFolder(stage.base.folder, stage.folder);
    Object.assign(stage, { workdir: stage.base.workdir, env: { ...stage.base.env } });
  }
  for (const step of stage.steps) STEPS[step.getKeyword()](stage, step, stages);
}

/** That nothing for developers is in it, and that its program takes the environment of compose.yaml. */
async function checkImage(image, environment) {
  const { packages } = JSON.parse(read('package-lock.json'));
  const surplus = Object.keys(packages).find((name) => packages[name].dev && existsSync(place(image, name)));
  demand(surplus === undefined, `The last stage holds ${surplus}, which is for developers`);
  const command = [place(image, 'dist/cli/main.js'), 'config'];
  const env = { ...image.env, ...environment, PATH: process.env.PATH };
  const { status, stderr } = spawnSync(process.execPath, command, { env, encoding: 'utf8' });
  demand(status === 0, `Its program does not take the environment of compose.yaml:\n${stderr}`);
}

/** Starts it, waits for its health, signs somebody up, and stops it as an engine does. */
async function use(image, command, health) {
  const probe = createServer().listen(0);
  const { port } = probe.address();
  await once(probe.close(), 'close');
  const env = { ...environmentOf(image), PORT: `${port}`, DATA_DIR: place(image, image.env.DATA_DIR) };
  const run = (how, words, options) =>
    how(words[0], words.slice(1), { cwd: place(image, '.'), env, ...options });
  const isHealthy = () => run(spawnSync, health, { timeout: 10_000 }).status === 0;
  demand(!isHealthy(), 'Dockerfile: HEALTHCHECK succeeds where no server runs');

  const started = Date.now();
  // A group of its own, so that no child outlives this check.
  const server = run(spawn, command, { stdio: ['ignore', 'ignore', 'inherit'], detached: true });
  process.once('exit', () => spawnSync('sh', ['-c', `kill -9 -${server.pid}`]));
  const ended = once(server, 'exit');
  while (!isHealthy()) {
    demand(server.exitCode === null, `The server of the image ended with ${server.exitCode}`);
    demand(Date.now() - started < 60_000, 'The server of the image is not healthy after 60 s');
    await delay(200);
  }
  say(`The server is healthy after ${Date.now() - started} ms, on Node ${process.version}`);
  const body = JSON.stringify({ email: 'ada@example.org', password: 'correct horse battery' });
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  const answer = await fetch(`http://127.0.0.1:${port}/user/auth/sign-up`, request);
  demand(answer.status === 201, `Signing up is answered ${answer.status}: ${await answer.text()}`);
  server.kill('SIGTERM');
  const [code, signal] = await Promise.race([ended, delay(15_000, ['no exit'], { ref: false })]);
  demand(code === 0, `After SIGTERM the server ended with ${code ?? signal}, not with 0`);
  say('Somebody signed up; SIGTERM ended the server with 0');
}

process.once('exit', () => rmSync(workshop, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
main().catch((error) => {
  const isFault = error instanceof Fault || /^(Config|YAMLParse)Error$/.test(error.name);
  process.stderr.write(`${isFault ? error.message : error.stack}\n`);
  process.exit(1);
});
