import { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { PassThrough, type Readable } from 'node:stream';
import { guardLife } from '../programs/index.js';
import { DeviceError } from '../runtime/index.js';
import type { CaptureBackend } from './capture-backend.js';
import { WavHeaderStripper } from './capture-wav-header.js';
import type { DeviceHost, SoundProgram } from './host.js';
import { isAlsaName, listAlsaInputs } from './input-alsa.js';

/** Node tells here of every process it starts. */
const CHILD_CHANNEL = 'child_process';

const COMMON = {
  name: 'mic',
  // arecord's default block, which the package gives no way to change.
  leadMs: 125,
  faults: [],
  isByNameOnly: true,
  args: () => [],
  start: startMicPackage,
} satisfies Partial<CaptureBackend>;

/** The npm package `mic` on Linux, where it runs arecord. */
export const MIC_ARECORD: CaptureBackend = {
  ...COMMON,
  program: 'arecord',
  takesUnlisted: isAlsaName,
  list: (host) => listAlsaInputs(host, 'mic'),
};

/** The npm package `mic` on macOS, where it runs SoX's `rec` on the default microphone and no other. Not run. */
export const MIC_REC: CaptureBackend = {
  ...COMMON,
  program: 'rec',
  takesUnlisted: () => false,
  list: async () => ({ devices: [], problem: 'on macOS it takes the default microphone only' }),
};

/**
 * Starts the package and takes its hidden program in hand.
 *
 * What the package leaves undone is done here: a program that cannot be started is an error and not the end of this
 * process; how it ended is told; it can be killed; it ends with us; its WAV header goes. It is never paused, which would
 * keep it from ending. What the program says is lost: the package throws it away. The program gets the environment of this
 * process and not the host's, and is found on its PATH.
 *
 * @source mic 2.1.2, lib/mic.js, read and run.
 */
async function startMicPackage(
  _path: string,
  device: string | undefined,
  host: DeviceHost,
): Promise<SoundProgram> {
  const { default: mic } = await import('mic');
  const shell = await host.find('sh');
  const microphone = mic({
    rate: '16000',
    channels: '1',
    bitwidth: '16',
    encoding: 'signed-integer',
    endian: 'little',
    fileType: 'raw',
    // Its own default is the first device of the second card.
    device: device ?? 'default',
    debug: false,
  });
  const child = childOf(() => microphone.start());
  if (child === undefined) {
    microphone.stop();
    throw new DeviceError(
      'BRIDGE_ERR_DEVICE_FAILED',
      'The package mic started no program that could be watched; choose another --input-backend',
    );
  }
  const program = new MicProgram(child, microphone.getAudioStream());
  if (shell !== undefined) guardLife(host, shell, program);
  return program;
}

/** The process that `start` starts, while it does. */
function childOf(start: () => void): ChildProcess | undefined {
  let child: ChildProcess | undefined;
  const onChild = (message: unknown): void => {
    const started =
      typeof message === 'object' && message !== null && 'process' in message ? message.process : undefined;
    if (!(started instanceof ChildProcess)) return;
    child ??= started;
    // Before anything else can happen: without a listener its error would end this process.
    started.on('error', () => {});
  };
  subscribe(CHILD_CHANNEL, onChild);
  try {
    start();
  } finally {
    unsubscribe(CHILD_CHANNEL, onChild);
  }
  return child;
}

/** The package's program as every other one. */
class MicProgram implements SoundProgram {
  readonly stdin = null;
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, sound: Readable) {
    this.#child = child;
    const header = new WavHeaderStripper();
    sound.on('data', (bytes: Buffer) => {
      const pcm = header.push(bytes);
      if (pcm.byteLength > 0 && !this.stdout.destroyed) this.stdout.write(pcm);
    });
    sound.on('error', () => {});
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  kill(signal: NodeJS.Signals): boolean {
    return this.#child.kill(signal);
  }

  /** The pipes of the program are the package's, which keeps them open. */
  unref(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    this.#child.unref();
  }

  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
  on(
    event: 'error' | 'close',
    listener: ((error: Error) => void) & ((code: number | null, signal: NodeJS.Signals | null) => void),
  ): unknown {
    return this.#child.on(event, listener);
  }
}
