import { members, type Shape } from './shapes.ts';

// What the bodies of operations may hold without giving power over the host. These are lists of
// what is allowed, because a list of what is not allowed is never complete.

const NETWORK = /^(?!host$)[A-Za-z\d][\w.-]*$/;

const RESOURCES = `
  BlkioWeight CpuCount CpuPercent CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime CpuShares CpusetCpus CpusetMems
  IOMaximumBandwidth IOMaximumIOps KernelMemory KernelMemoryTCP Memory MemoryReservation MemorySwap MemorySwappiness NanoCpus
  OomKillDisable PidsLimit RestartPolicy Ulimits`;

const DEVICES = `
  BlkioDeviceReadBps BlkioDeviceReadIOps BlkioDeviceWriteBps BlkioDeviceWriteIOps BlkioWeightDevice CgroupParent DeviceCgroupRules
  DeviceRequests Devices`;

/**
 * A log driver may send to any address what a container writes. The drivers that are allowed here
 * write on this host, and take no address.
 */
const LOG = members([
  ['Type', /^(?:json-file|local|none)$/],
  [
    'Config',
    {
      each: 'any',
      names: /^(?:max-size|max-file|compress|labels|labels-regex|env|env-regex|tag|mode|max-buffer-size)$/,
    },
  ],
]);

/**
 * A named volume is not allowed: it may be another container's, or lead to the host by its driver's
 * options. A volume without a name is new.
 */
const MOUNT = members([
  ['Type', /^(?:tmpfs|volume)$/],
  ['Target ReadOnly Consistency TmpfsOptions', 'any'],
  [
    'VolumeOptions',
    members([
      ['NoCopy Labels', 'any'],
      ['DriverConfig Subpath', 'none'],
    ]),
  ],
  ['Source BindOptions ClusterOptions ImageOptions', 'none'],
]);

/** MaskedPaths and ReadonlyPaths are not here, so that [] is refused too: it unmasks /proc. */
const HOST_CONFIG = members([
  [RESOURCES, 'any'],
  [
    'AutoRemove CapDrop ConsoleSize Dns DnsOptions DnsSearch ExtraHosts GroupAdd Init PortBindings PublishAllPorts',
    'any',
  ],
  ['ReadonlyRootfs ShmSize Tmpfs', 'any'],
  ['Sysctls', { each: 'any', names: /^(?:net\.|fs\.mqueue\.|kernel\.(?:msg|sem|shm))/ }],
  [DEVICES, 'none'],
  ['Annotations Binds CapAdd Capabilities Cgroup ContainerIDFile InitPath Links LxcConf Privileged Runtime', 'none'],
  ['StorageOpt UTSMode UsernsMode VolumeDriver VolumesFrom OomScoreAdj', 'none'],
  ['CgroupnsMode PidMode', /^private$/],
  ['IpcMode', /^(?:none|private|shareable)$/],
  ['Isolation', /^default$/],
  ['NetworkMode', NETWORK],
  ['LogConfig', LOG],
  ['Mounts', { each: MOUNT }],
  ['SecurityOpt', { each: /^no-new-privileges(?:[:=]true)?$/ }],
]);

const ENDPOINT = members([
  ['Aliases DNSNames EndpointID Gateway GlobalIPv6Address GlobalIPv6PrefixLen GwPriority IPAMConfig IPAddress', 'any'],
  ['IPPrefixLen IPv6Gateway Links MacAddress NetworkID', 'any'],
  ['DriverOpts', 'none'],
]);

const CONFIG = `
  ArgsEscaped AttachStderr AttachStdin AttachStdout Cmd Domainname Entrypoint Env ExposedPorts Healthcheck Hostname Image Labels
  MacAddress NetworkDisabled OnBuild OpenStdin Shell StdinOnce StopSignal StopTimeout Tty User Volumes WorkingDir`;

const SECRET = members([
  ['Data Labels Name Templating', 'any'],
  ['Driver', 'none'],
]);

/**
 * What the body of each operation may hold. Of an operation that is not here, no body gives more
 * power than the operation itself does.
 */
export const BODIES: Readonly<Record<string, Shape>> = {
  ContainerCreate: members([
    [CONFIG, 'any'],
    // dockerode sends these in the body as well as in the query.
    ['name platform', 'any'],
    ['HostConfig', HOST_CONFIG],
    ['NetworkingConfig', members([['EndpointsConfig', { each: ENDPOINT, names: NETWORK }]])],
  ]),
  // Before API 1.24, this body was a HostConfig. Since then it has been empty; docker-py and others
  // send an empty object.
  ContainerStart: 'none',
  ContainerUpdate: members([
    [RESOURCES, 'any'],
    [DEVICES, 'none'],
  ]),
  ContainerExec: members([
    ['AttachStderr AttachStdin AttachStdout Cmd ConsoleSize Detach DetachKeys Env Tty User WorkingDir', 'any'],
    ['Privileged', 'none'],
  ]),
  ImageCommit: members([[CONFIG, 'any']]),
  VolumeCreate: members([
    ['Labels Name', 'any'],
    ['Driver', /^local$/],
    ['ClusterVolumeSpec DriverOpts', 'none'],
  ]),
  // Options may name a bridge or a device of the host. A subnet may be one that the host talks to.
  NetworkCreate: members([
    ['Attachable CheckDuplicate EnableIPv4 EnableIPv6 Internal Labels Name', 'any'],
    ['Driver', /^bridge$/],
    ['Scope', /^local$/],
    ['ConfigFrom', members([['Network', 'none']])],
    [
      'IPAM',
      members([
        ['Driver', /^default$/],
        ['Config Options', 'none'],
      ]),
    ],
    ['ConfigOnly Ingress Options', 'none'],
  ]),
  NetworkConnect: members([
    ['Container', 'any'],
    ['EndpointConfig', ENDPOINT],
  ]),
  SecretCreate: SECRET,
  SecretUpdate: SECRET,
  ConfigCreate: SECRET,
  ConfigUpdate: SECRET,
};

/** What the parameters of each operation's query may hold without giving power over the host. */
export const QUERIES: Readonly<Record<string, Readonly<Record<string, RegExp | 'none'>>>> = {
  // A checkpoint is a program in the middle of its work, from a folder of the host.
  ContainerStart: { checkpoint: 'none', 'checkpoint-dir': 'none' },
  // version=2 means BuildKit, which takes more than these parameters say.
  ImageBuild: {
    networkmode: NETWORK,
    version: /^1$/,
    remote: 'none',
    cgroupparent: 'none',
    securityopt: 'none',
    session: 'none',
    outputs: 'none',
  },
  // An imported image has whatever contents its sender likes. Where it is imported from an address,
  // the engine connects to that address.
  ImageCreate: { fromSrc: 'none' },
};
