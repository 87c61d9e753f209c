// `npm run image`: makes dbg's image from Debian's packages, this Node and the build in dist/, and
// loads it into the engine that DOCKER_HOST names. It needs no registry and no root. With `-o FILE`
// it writes what `docker load -i FILE` takes.
//
// The packages are those of this machine's Debian, unpacked and not installed: no script of theirs
// runs. bin/image/Dockerfile is for people with a registry.
'use strict';
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join, resolve } = require('node:path');
const Docker = require('dockerode');

const top = join(__dirname, '..');
/** What it is called in an engine; the other name is that of its version. */
const NAME = 'dbg';
const { version } = require('../package.json');

const listed = (/** @type {string} */ text) => text.split(' ');

/** What other packages want for being installed, and nothing of dbg's for running. */
const NOT_TO_RUN = /^(adduser|debconf|dpkg|libaudit|libdb5|libpam-modules|libpam-runtime|libsemanage|login|passwd)/;
/**
 * What is left out of each package, so that the image stays below 150 MB. Node is 86 of them.
 *
 * - tables of characters (gconv, unicore) and code (libmvec, brotlienc, engines) that no tool calls
 * - util-linux's programs for disks, and iproute2's for hardware that no container has
 * - usr/share, but for the licences
 */
const LEFT_OUT = [
  ...listed('gconv perl-base/unicore engines-3').map((name) => `./usr/lib/*/${name}/*`),
  ...listed('libmvec libbrotlienc').map((name) => `./*lib/*/${name}.so*`),
  './usr/share/*',
  ...listed('fsck* mkfs* *swap* *fdisk zramctl hwclock blk* *getty sulogin').map((name) => `./*sbin/${name}`),
  ...listed(
    'lsblk lsfd lscpu partx resizepart lsmem irqtop lsirq losetup fstrim wdctl iconv* localedef ldconfig su runuser ' +
      'devlink rdma tipc dcb vdpa arpd rtmon genl vdir dir ptx csplit factor chcon runcon lslogins last shred pr',
  ).map((name) => `./*bin/${name}`),
];
const LICENCE = /^\.\/usr\/share\/(common-licenses|doc\/[^/]+\/copyright)/;

const run = (/** @type {string} */ file, /** @type {readonly string[]} */ args) =>
  execFileSync(file, args, { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 64 << 20 });

/** Fetches these packages and all that they depend on. Gives the files. */
function fetch(/** @type {string} */ folder, /** @type {readonly string[]} */ packages) {
  const archives = join(folder, 'archives');
  const empty = () => {
    fs.rmSync(archives, { recursive: true, force: true });
    fs.mkdirSync(join(archives, 'partial'), { recursive: true });
  };
  empty();
  fs.writeFileSync(join(folder, 'status'), '');
  // An empty status: what this machine has installed does not count.
  const own = [`Dir::State::status=${folder}/status`, `Dir::Cache=${folder}`, 'Debug::NoLocking=true'];
  const apt = (/** @type {readonly string[]} */ settings, /** @type {string[]} */ ...words) =>
    run('apt-get', [
      '-q',
      '-y',
      ...[...own, 'APT::Sandbox::User=root', ...settings].flatMap((each) => ['-o', each]),
      ...words,
    ]);
  const install = ['--no-install-recommends', '--download-only', 'install', ...packages];
  try {
    apt([], ...install);
  } catch {
    // This machine's lists are missing, or too old for what the mirror has. What came by them goes.
    empty();
    const lists = [`Dir::State::lists=${folder}/lists`];
    fs.mkdirSync(join(folder, 'lists/partial'), { recursive: true });
    apt(lists, 'update');
    apt(lists, ...install);
  }
  const files = fs.readdirSync(archives).filter((name) => name.endsWith('.deb') && !NOT_TO_RUN.test(name));
  return files.toSorted().map((name) => join(archives, name));
}

/** Unpacks packages into the image's root. */
function unpack(/** @type {readonly string[]} */ packages, /** @type {string} */ root) {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    fs.mkdirSync(join(root, 'usr', name), { recursive: true });
    fs.symlinkSync(`usr/${name}`, join(root, name));
  }
  for (const file of packages) {
    const input = execFileSync('dpkg-deb', ['--fsys-tarfile', file], { maxBuffer: 256 << 20 });
    const names = execFileSync('tar', ['-t'], { input, maxBuffer: 64 << 20 })
      .toString()
      .split('\n');
    const licences = names.filter((name) => LICENCE.test(name));
    const tar = (/** @type {readonly string[]} */ ...words) =>
      execFileSync('tar', ['-x', '--keep-directory-symlink', '--no-same-owner', '-C', root, ...words], { input });
    tar('--wildcards', ...LEFT_OUT.map((each) => `--exclude=${each}`));
    if (licences.length > 0) tar('--no-recursion', ...licences);
  }
}

/** A file of Node's own, without the symbols that only a debugger needs: 86 MB in place of 99. */
function copyNode(/** @type {string} */ folder, /** @type {string} */ root) {
  const node = join(root, 'usr/bin/node');
  fs.copyFileSync(fs.realpathSync(process.execPath), node);
  fs.chmodSync(node, 0o755);
  const binutils = join(folder, 'binutils');
  fs.mkdirSync(binutils);
  const aside = join(folder, 'strip');
  fs.mkdirSync(aside);
  for (const file of fetch(aside, ['binutils'])) run('dpkg-deb', ['-x', file, binutils]);
  runInside(binutils, 'usr/bin/strip', [node]);
  const licence = join(dirname(dirname(fs.realpathSync(process.execPath))), 'LICENSE');
  const to = join(root, 'usr/share/doc/node');
  fs.mkdirSync(to, { recursive: true });
  if (fs.existsSync(licence)) fs.copyFileSync(licence, join(to, 'copyright'));
  // A Node that needs more than these packages have, as a distribution's own, would not start.
  const { version: its } = process;
  if (runInside(root, 'usr/bin/node', ['--version']).toString().trim() !== its) {
    throw new Error(`Node ${its} does not run with Debian's packages: take one of nodejs.org`);
  }
}

/** Runs a program of a root by its own loader and libraries, without entering it. */
function runInside(/** @type {string} */ root, /** @type {string} */ program, /** @type {string[]} */ args) {
  const folders = ['lib', 'usr/lib'].flatMap((lib) => {
    const all = fs.existsSync(join(root, lib)) ? fs.readdirSync(join(root, lib)) : [];
    return [lib, ...all.map((name) => `${lib}/${name}`)].map((name) => join(root, name));
  });
  const libraries = folders.filter((folder) => fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory());
  const loader = libraries
    .flatMap((folder) => fs.readdirSync(folder).map((name) => join(folder, name)))
    .find((file) => /\/ld-linux[^/]*\.so\.\d+$/.test(file) && !fs.lstatSync(file).isSymbolicLink());
  if (loader === undefined) throw new Error('libc6 has no loader');
  return run(loader, ['--library-path', libraries.join(':'), join(root, program), ...args]);
}

/** Puts dbg itself into the image's root, and what a program looks up about users. */
function copyDbg(/** @type {string} */ root) {
  const files = ['package.json', 'LICENSE', 'bin/dbg.js', 'bin/package.json', 'dist'];
  // A cache holds a copy of its bundle, and saves 40 ms. Only that of the bundle with all verbs
  // goes along.
  const filter = (/** @type {string} */ name) => !/\.map$|\/(?!main-)[\w.-]+\.cache$/.test(name);
  for (const name of files) fs.cpSync(join(top, name), join(root, 'opt/dbg', name), { recursive: true, filter });
  // What the packages' own scripts would link.
  for (const [name, to] of Object.entries({ 'usr/bin/sh': 'bash', 'usr/bin/awk': 'mawk', 'var/run': '/run' })) {
    fs.rmSync(join(root, name), { force: true, recursive: true });
    fs.symlinkSync(to, join(root, name));
  }
  fs.symlinkSync('/opt/dbg/bin/dbg.js', join(root, 'usr/bin/dbg'));
  // Debian's tcpdump becomes this user when it has opened its devices.
  fs.writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\ntcpdump:x:100:100::/:/bin/false\n');
  fs.writeFileSync(join(root, 'etc/group'), 'root:x:0:\ntcpdump:x:100:\n');
  for (const name of ['root', 'tmp', 'run', 'proc', 'sys', 'dev']) fs.mkdirSync(join(root, name), { recursive: true });
  fs.chmodSync(join(root, 'tmp'), 0o1777);
}

/** Packs the root as an image. Gives the archive that `docker load` takes. */
function pack(/** @type {string} */ folder, /** @type {string} */ root) {
  const layer = join(folder, 'image/layer.tar');
  fs.mkdirSync(join(folder, 'image'));
  const nobodys = ['--owner=0', '--group=0', '--numeric-owner', '--sort=name', '--mtime=@0', '--mode=u-s,g-s'];
  run('tar', ['-c', ...nobodys, '-f', layer, '-C', root, '.']);
  const digest = createHash('sha256').update(fs.readFileSync(layer)).digest('hex');
  const key = fs.readFileSync(join(top, 'dist/key'), 'utf8').trim();
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      Entrypoint: ['dbg'],
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin'],
      Labels: { 'dbg.key': key },
      WorkingDir: '/',
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  fs.writeFileSync(join(folder, 'image/config.json'), JSON.stringify(config));
  const RepoTags = [`${NAME}:latest`, `${NAME}:${version}`];
  const manifest = [{ Config: 'config.json', RepoTags, Layers: ['layer.tar'] }];
  fs.writeFileSync(join(folder, 'image/manifest.json'), JSON.stringify(manifest));
  const archive = join(folder, 'image.tar');
  run('tar', ['-c', '-f', archive, '-C', join(folder, 'image'), 'manifest.json', 'config.json', 'layer.tar']);
  return { archive, bytes: fs.statSync(layer).size };
}

async function main() {
  const [option, output, ...more] = process.argv.slice(2);
  if ((option !== undefined && (option !== '-o' || output === undefined)) || more.length > 0) {
    console.error('dbg: npm run image [-- -o FILE]');
    process.exit(2);
  }
  if (output === undefined && process.env['DOCKER_HOST']?.startsWith('ssh:')) {
    throw new Error('it is loaded over there by docker: npm run image -- -o FILE, and docker load -i FILE');
  }
  process.umask(0o022);
  const folder = fs.mkdtempSync(join(tmpdir(), 'dbg-image-'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      fs.rmSync(folder, { recursive: true, force: true });
      process.exit(1);
    });
  }
  try {
    const root = join(folder, 'root');
    const packages = fs.readFileSync(join(__dirname, 'image/packages'), 'utf8').split('\n').filter(Boolean);
    unpack(fetch(folder, packages), root);
    copyNode(folder, root);
    copyDbg(root);
    const { archive, bytes } = pack(folder, root);
    const size = `${Math.round(bytes / 1e6)} MB`;
    if (output !== undefined) {
      // npm runs this at the top of the checkout, wherever it was typed.
      fs.copyFileSync(archive, resolve(process.env['INIT_CWD'] ?? '.', output));
      console.log(`dbg: ${output} has the image ${NAME}:${version}, ${size}`);
      return;
    }
    const docker = new Docker();
    const answer = await docker.loadImage(fs.createReadStream(archive));
    await new Promise((done, reject) => {
      // An engine says with status 200, and in the middle of its answer, that it could not.
      docker.modem.followProgress(answer, (error, said) => {
        const refusal = error ?? said.find((each) => each.error !== undefined)?.error;
        return refusal ? reject(refusal instanceof Error ? refusal : new Error(String(refusal))) : done(undefined);
      });
    });
    console.log(`dbg: loaded the image ${NAME}:${version}, ${size}`);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

main().catch((error) => {
  console.error(`dbg: the image was not made: ${error.message}`);
  process.exitCode = 1;
});
