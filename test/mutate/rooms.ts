const within = (folder: string, ...names: readonly string[]) => names.map((name) => `src/${folder}/${name}.ts`);

/**
 * The rooms whose code is changed, by their pure files: those that unit tests are to hold by
 * themselves.
 */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  enter: ['src/enter/**/*.ts'],
  process: ['src/process/**/*.ts'],
  network: [
    ...within('network', 'evidence', 'links', 'lsns', 'proof', 'reasons', 'route', 'sharing', 'tool-json'),
    ...within('network/cut', 'caller', 'cut-notes', 'cut-plan', 'dependents', 'in-force', 'mark', 'marked', 'peers'),
    ...within('network/cut', 'qdisc', 'ruleset', 'selection', 'ways'),
    ...within('network/map', 'addresses', 'map', 'packet-labels', 'problems', 'rates', 'whose', 'wires'),
  ],
  capture: [
    ...within('capture', 'extcap-protocol', 'getopt', 'stop-on', 'tcpdump-argv', 'tcpflow-argv', 'traps'),
    'src/capture/formats/*.ts',
    ...within('capture/recorders', 'sort-frames', 'where-recorder'),
    ...within('capture/taps', 'counts', 'drain', 'tap'),
  ],
  redact: ['src/api/wire/redact/*.ts'],
  share: ['src/api/gate/share/**/*.ts'],
};
