import {
  type Config,
  defaultConfig,
  parseLinkUrl,
  type ResolvedConfig,
  SETTING_KEYS,
} from '../../../src/config/index.js';
import type { DaemonStatus, LaneStatus } from '../../../src/control/index.js';
import type { Device, DeviceHost, DeviceList, Playback, ProgramAnswer } from '../../../src/devices/index.js';
import type { Check } from '../../../src/doctor/check.js';
import type { DaemonView, DoctorOptions, DoctorSound } from '../../../src/doctor/context.js';
import type { DoctorFiles } from '../../../src/doctor/files.js';
import type { Finding } from '../../../src/doctor/finding.js';
import { createContext, runDoctor } from '../../../src/doctor/run-doctor.js';
import { Emitter, FakeClock } from '../../../src/runtime/index.js';

type Content = string | Uint8Array;

export interface FakeMachine {
  readonly platform?: NodeJS.Platform;
  readonly env?: Readonly<Record<string, string>>;
  /** Programs that are installed; a text is what they answer. */
  readonly programs?: Readonly<
    Record<string, string | ((args: readonly string[]) => Partial<ProgramAnswer>)>
  >;
  /** Path → content; a folder is where something lies in it. */
  readonly files?: Readonly<Record<string, Content>>;
  readonly modes?: Readonly<Record<string, number>>;
  readonly modifiedAtMs?: number;
  readonly symlinks?: Readonly<Record<string, string>>;
  readonly config?: Partial<Config>;
  readonly origins?: Partial<ResolvedConfig['origins']>;
  readonly options?: Partial<DoctorOptions>;
}

/** Options of a doctor whose whole machine is made up. */
export function doctorOptions(machine: FakeMachine = {}): DoctorOptions & { readonly clock: FakeClock } {
  const config = defaultConfig(machine.config);
  const origins = Object.fromEntries(
    SETTING_KEYS.map((key) => [key, 'default']),
  ) as ResolvedConfig['origins'];
  return {
    host: fakeHost(machine),
    files: fakeFiles(machine),
    resolved: {
      config,
      links: config.links.map(parseLinkUrl),
      origins: { ...origins, ...machine.origins },
      warnings: [],
    },
    version: '1.2.3',
    nodeVersion: '20.20.0',
    ...machine.options,
    clock: new FakeClock(),
  };
}

/** What one check finds, time passing as it needs. */
export async function findingsOf(check: Check, machine: FakeMachine = {}): Promise<readonly Finding[]> {
  const options = doctorOptions(machine);
  const running = check.run(createContext(options), new AbortController().signal);
  let isDone = false;
  const done = running.then(
    () => undefined,
    () => undefined,
  );
  void done.then(() => {
    isDone = true;
  });
  while (!isDone) await options.clock.advanceAsync(20);
  return running;
}

/** `level id` of each finding. */
export function levelsAndIds(findings: readonly Finding[]): string[] {
  return findings.map(({ level, id }) => `${level} ${id}`);
}

/** All findings of these checks by way of `runDoctor`. */
export async function runAll(options: DoctorOptions, checks: readonly Check[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of runDoctor(options, checks)) findings.push(finding);
  return findings;
}

export function fakeHost({ platform = 'linux', env = {}, programs = {} }: FakeMachine): DeviceHost {
  return {
    platform,
    env,
    find: async (program) => (Object.hasOwn(programs, program) ? `/usr/bin/${program}` : undefined),
    spawn: () => {
      throw new Error('The doctor starts programs only through devices');
    },
    run: async (file, args) => {
      const program = programs[file.replace('/usr/bin/', '')];
      if (program === undefined) return { code: undefined, stdout: '', stderr: '' };
      const answer = typeof program === 'string' ? { stdout: program } : program(args);
      return { code: 0, stdout: '', stderr: '', ...answer };
    },
  };
}

export function fakeFiles({
  files = {},
  modes = {},
  symlinks = {},
  modifiedAtMs = 0,
}: FakeMachine): DoctorFiles {
  const paths = [...Object.keys(files), ...Object.keys(symlinks)];
  const bytesOf = (path: string): Uint8Array | undefined => {
    const content = Object.hasOwn(files, path) ? files[path] : undefined;
    return content === undefined ? undefined : new Uint8Array(Buffer.from(content));
  };
  const list = async (path: string): Promise<string[] | undefined> => {
    const inside = paths.filter((candidate) => candidate.startsWith(`${path}/`));
    const names = new Set(inside.map((candidate) => candidate.slice(path.length + 1).split('/')[0] ?? ''));
    return names.size === 0 ? undefined : [...names].sort();
  };
  return {
    read: async (path, maxBytes) => bytesOf(path)?.subarray(0, maxBytes),
    readEnd: async (path, maxBytes) => bytesOf(path)?.slice(-maxBytes),
    list,
    status: async (path) => {
      const bytes = bytesOf(path);
      const isFolder = bytes === undefined && (await list(path)) !== undefined;
      if (bytes === undefined && !isFolder) return undefined;
      return {
        isFile: !isFolder,
        isFolder,
        mode: modes[path] ?? 0o600,
        sizeBytes: bytes?.byteLength ?? 0,
        modifiedAtMs,
      };
    },
    linkTarget: async (path) => (Object.hasOwn(symlinks, path) ? symlinks[path] : undefined),
  };
}

/** One TCP socket of a made-up Linux. */
export interface ProcSocket {
  readonly local: string;
  readonly remote?: string;
  readonly pid?: number;
}

/** The files of /proc that tell these sockets and programs. */
export function procFiles(
  sockets: readonly ProcSocket[],
  programs: Readonly<Record<number, readonly string[]>> = {},
): Pick<FakeMachine, 'files' | 'symlinks'> {
  const lines = sockets.map(({ local, remote = '0.0.0.0:0' }, index) => {
    const state = remote === '0.0.0.0:0' ? '0A' : '01';
    return `   ${index}: ${hexEndpoint(local)} ${hexEndpoint(remote)} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${1000 + index} 1 0000000000000000 100 0 0 10 0`;
  });
  const files: Record<string, string> = {
    '/proc/net/tcp': ['  sl  local_address rem_address   st tx_queue rx_queue', ...lines, ''].join('\n'),
  };
  const symlinks: Record<string, string> = {};
  for (const [pid, args] of Object.entries(programs)) {
    files[`/proc/${pid}/cmdline`] = `${args.join('\0')}\0`;
    files[`/proc/${pid}/comm`] = `${(args[0] ?? '').replace(/^.*\//, '').slice(0, 15)}\n`;
    symlinks[`/proc/${pid}/exe`] = args[0] ?? '';
  }
  for (const [index, { pid }] of sockets.entries()) {
    if (pid !== undefined) symlinks[`/proc/${pid}/fd/${index + 3}`] = `socket:[${1000 + index}]`;
  }
  return { files, symlinks };
}

function hexEndpoint(text: string): string {
  const [address = '', port = ''] = text.split(':');
  const hex = (value: string | number, length: number): string =>
    Number(value).toString(16).toUpperCase().padStart(length, '0');
  return `${address
    .split('.')
    .reverse()
    .map((byte) => hex(byte, 2))
    .join('')}:${hex(port, 4)}`;
}

export function fakeDaemon(status: Partial<DaemonStatus> = {}, view: Partial<DaemonView> = {}): DaemonView {
  return {
    isRemote: false,
    status: async () => ({
      version: '1.2.3',
      pid: 77,
      uptimeMs: 1000,
      links: [],
      lanes: [],
      clients: 1,
      isInUse: false,
      ...status,
    }),
    wallSkew: async () => ({ skewMs: 0, errorMs: 0.1 }),
    ...view,
  };
}

export function lane(status: Partial<LaneStatus> = {}): LaneStatus {
  return {
    lane: 'ws-9001-chat',
    link: 'ws-9001-chat',
    model: '0',
    state: 'ready',
    isSimulator: false,
    carriesSound: true,
    connections: 1,
    isSpeaking: false,
    bufferedMs: 0,
    ...status,
  };
}

export function device(fields: Partial<Device> = {}): Device {
  return {
    kind: 'input',
    backend: 'parec',
    index: 0,
    id: 'alsa_input.usb',
    name: 'Headset',
    channels: 1,
    sampleRatesHz: [48_000],
    isDefault: true,
    isMonitor: false,
    ...fields,
  };
}

export function deviceList(devices: readonly Device[], fields: Partial<DeviceList> = {}): DeviceList {
  return {
    kind: 'input',
    backend: 'parec',
    isAvailable: devices.length > 0,
    reason: undefined,
    devices,
    ...fields,
  };
}

export interface FakeSoundOptions {
  readonly clock: FakeClock;
  readonly inputs?: readonly DeviceList[];
  readonly outputs?: readonly DeviceList[];
  /** What the microphone gives, frame by frame: sample values by frame number and whether a tone is played. */
  readonly microphone?: (frame: number, played: Uint8Array | undefined) => Int16Array | undefined;
  readonly fails?: { readonly capture?: Error; readonly playback?: Error };
  readonly calibrated?: number;
}

/** Devices that run on a FakeClock; `open` counts what is open. */
export function fakeSound(options: FakeSoundOptions): DoctorSound & { readonly open: Set<string> } {
  const { clock, fails = {} } = options;
  const open = new Set<string>();
  let played: Uint8Array | undefined;
  return {
    open,
    listInputs: async () => options.inputs ?? [],
    listOutputs: async () => options.outputs ?? [],
    calibratedCount: async () => options.calibrated ?? 0,
    openCapture: async (id, onFrame) => {
      if (fails.capture !== undefined) throw fails.capture;
      open.add('capture');
      let frame = 0;
      let timer = clock.after(20, tick);
      function tick(): void {
        const samples = options.microphone?.(frame++, played);
        if (samples !== undefined) onFrame(new Uint8Array(samples.buffer), clock.nowMs());
        timer = clock.after(20, tick);
      }
      return {
        backend: 'parec',
        device: id,
        leadMs: 0,
        state: { status: 'running' },
        events: new Emitter(),
        close: async () => {
          timer.cancel();
          open.delete('capture');
        },
      };
    },
    openPlayback: async () => {
      if (fails.playback !== undefined) throw fails.playback;
      open.add('playback');
      return {
        sampleRateHz: 16_000,
        write: async (pcm: Uint8Array) => {
          played = pcm.slice();
        },
        end: async () => {},
        stop: async () => {
          open.delete('playback');
          return 0;
        },
      } as unknown as Playback;
    },
  };
}
