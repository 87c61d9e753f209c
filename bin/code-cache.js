// Writes V8's code cache of a bundle. `node --predictable bin/code-cache.js BUNDLE CACHE VERB…`
// runs the bundle as dbg would run it for each of these verbs. A verb is rehearsed: the engine, the
// container's process and the programs are made up, so that the verb comes to its end. The cache
// holds all functions that were called, and those alone. With every function compiled it would be 3
// times larger and gain half as much.
//
// The cache is the same in each build, whoever builds it and where. Three things make it so:
//
// - V8's `--predictable`
// - a file name that is in no folder
// - no baseline compiler (`--no-sparkplug`), which would leave in the cache how often a function
//   was called, and that depends on how deep the folder is
//
// V8 refuses a cache that was made with other flags. `--predictable` does not count for that, and
// sparkplug is back when the cache is made.
'use strict';
const childProcess = require('node:child_process');
const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const { createRequire, wrap } = require('node:module');
const net = require('node:net');
const { PassThrough } = require('node:stream');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

const ID = '1'.repeat(64);
const PID = 4_194_303; // hardly a process has this number, the greatest there is (pid_max)
/** What is rehearsed, by verb. `execa` is a package of dbg's: it runs a program. */
const ARGUMENTS = {
  exec: ['exec', 'web', 'true'],
  complete: ['__complete', '--', 'exec', 'w'],
  veth: ['veth', 'web'],
  // What it reads of this machine's processes would be another in each build.
  top: ['top', 'none'],
  execa: [],
};

/** The files of the container's process, and its links. */
const FILES = {
  cgroup: `0::/docker/${ID}\n`,
  stat: `${PID} (sleep) S ${'0 '.repeat(18)}4242 0\n`,
  status: 'State:\tS (sleeping)\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\nSigCgt:\t0000000000000000\n',
  mountinfo: '',
};
const NETNS = 4026532768;
const HOST_NETNS = Number(fs.readlinkSync('/proc/self/ns/net').slice('net:['.length, -1));

const NETWORKS = { bridge: { NetworkID: ID, MacAddress: '02:42:0a:00:01:02', IPAddress: '10.0.1.2', IPPrefixLen: 24 } };
const CONTAINER = {
  Id: ID,
  Name: '/web',
  Image: 'sha256:1',
  State: { Status: 'running', Running: true, Pid: PID, StartedAt: '2026-01-01T00:00:00Z', FinishedAt: '' },
  Config: { Image: 'web', Env: ['PATH=/bin'], Labels: {}, WorkingDir: '/', Cmd: ['sleep'] },
  HostConfig: { NetworkMode: 'bridge' },
  NetworkSettings: { Networks: NETWORKS },
};
const LISTED = {
  Id: ID,
  Names: ['/web'],
  Image: 'web',
  Labels: {},
  State: 'running',
  Status: 'Up',
  NetworkSettings: { Networks: NETWORKS },
};

/** A veth as `ip -d -j address` has it. */
const veth = (/** @type {number} */ ifindex, /** @type {string} */ ifname, /** @type {number} */ peer) => ({
  ifindex,
  ifname,
  link_index: peer,
  link_netnsid: 0,
  flags: ['UP', 'LOWER_UP'],
  mtu: 1500,
  operstate: 'UP',
  address: '02:42:0a:00:01:02',
  linkinfo: { info_kind: 'veth' },
  addr_info: [{ family: 'inet', local: '10.0.1.2', prefixlen: 24 }],
});
const namespaces = (/** @type {number} */ own, /** @type {number} */ other) =>
  JSON.stringify({
    namespaces: [
      { ns: own, pid: 1, netnsid: 'unassigned' },
      { ns: other, pid: 2, netnsid: '0' },
    ],
  });

/** What the programs print that `dbg veth CTR` runs. */
function printed(/** @type {string} */ line) {
  const isInside = line.includes('nsenter --target');
  if (line.includes('lsns')) return isInside ? namespaces(NETNS, HOST_NETNS) : namespaces(HOST_NETNS, NETNS);
  if (line.includes('ethtool')) return 'NIC statistics:\n     peer_ifindex: 14\n';
  return JSON.stringify(isInside ? [veth(13, 'eth0', 14)] : [{ ...veth(14, 'veth1', 13), master: 'docker0' }]);
}

const [, , main = '', cache = '', ...verbs] = process.argv;
setFlagsFromString('--no-sparkplug');
const folder = fs.mkdtempSync(join(tmpdir(), 'dbg-build-'));
for (const [name, text] of Object.entries(FILES)) fs.writeFileSync(join(folder, name), text);
fs.mkdirSync(join(folder, 'ns'));
fs.symlinkSync(`net:[${NETNS}]`, join(folder, 'ns/net'));
// Programs are found in there, whatever this machine has.
for (const name of ['nsenter', 'true', 'ip', 'lsns', 'ethtool']) {
  fs.writeFileSync(join(folder, name), '', { mode: 0o755 });
}
process.env['PATH'] = folder;
const engine = net.createServer((socket) => {
  socket.on('data', (request) => {
    const answer = JSON.stringify(
      request.includes(`/${ID}/json`) || request.includes('/web/json') ? CONTAINER : [LISTED],
    );
    socket.end(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`,
    );
  });
  socket.on('error', () => undefined);
});

/** Node's module, with paths below the container's /proc/PID in the folder. */
const ownFiles = new Proxy(fs, {
  get: (files, name) => {
    const member = /** @type {any} */ (files)[name];
    if (typeof member !== 'function') return member;
    return (/** @type {unknown[]} */ ...args) => member(...args.map(inFolder));
  },
});
const inFolder = (/** @type {unknown} */ value) =>
  typeof value === 'string' ? value.replace(`/proc/${PID}/`, `${folder}/`) : value;

/**
 * No program is started: with a real one, the order in which its parts end would be another in each
 * build. Each ends at once, and says that the container was entered.
 */
function endsAtOnce() {
  const streams = [0, 1, 2, 3].map(() => Object.assign(new PassThrough(), { unref: () => undefined }));
  const [stdin, stdout, stderr] = streams;
  const members = { pid: PID, stdio: streams, stdin, stdout, stderr, unref: () => undefined, kill: () => true };
  const child = Object.assign(new EventEmitter(), members);
  setImmediate(() => {
    streams.forEach((stream) => stream.end('entered\n'));
    setImmediate(() => ['exit', 'close'].forEach((event) => child.emit(event, 0, null)));
  });
  return child;
}
const noPrograms = { ...childProcess, spawn: endsAtOnce };
const noExeca = {
  execa: async (/** @type {string} */ file, /** @type {string[]} */ args) => ({
    failed: false,
    stdout: printed([file, ...args].join(' ')),
    stderr: '',
  }),
};
/** @type {Readonly<Record<string, unknown>>} */
const MADE_UP = { 'node:fs': ownFiles, 'node:child_process': noPrograms, './execa.js': noExeca };
const required = createRequire(main);
const requireMadeUp = (/** @type {string} */ name) => MADE_UP[name] ?? required(name);

const text = fs.readFileSync(main);
const script = new Script(wrap(text.toString('latin1')), { filename: 'dbg' });
process.getuid = process.getgid = () => 0;
process.stdout.write = process.stderr.write = () => true;

/** As src/host/run/output.ts has them. */
const EXECA_OPTIONS = { reject: false, stdin: 'ignore', cwd: '/', detached: true, env: {}, extendEnv: false };

/** Runs the next verb when the one before has come to its end. */
function next() {
  const verb = verbs.shift();
  if (verb === undefined) return finish();
  process.argv = [process.execPath, 'dbg', ...ARGUMENTS[/** @type {keyof typeof ARGUMENTS} */ (verb)]];
  const module = { exports: /** @type {any} */ ({}) };
  const isVerb = verb !== 'execa';
  script.runInThisContext()(module.exports, isVerb ? requireMadeUp : required, module, main, '/nonexistent/dist');
  if (!isVerb) void module.exports.execa('/bin/true', [], EXECA_OPTIONS);
}
function finish() {
  process.off('beforeExit', next);
  engine.close();
  setFlagsFromString('--sparkplug');
  fs.writeFileSync(cache, Buffer.concat([script.createCachedData(), text]));
  fs.rmSync(folder, { recursive: true });
  process.exitCode = 0;
}
process.on('beforeExit', next);
engine.listen(join(folder, 'engine.sock'), () => {
  process.env['DOCKER_HOST'] = `unix://${join(folder, 'engine.sock')}`;
  engine.unref();
  next();
});
