import type { ProgramHost } from '../../programs/index.js';
import {
  type Clock,
  DeviceError,
  type Logger,
  linkedSignal,
  nearestName,
  orAborted,
  SILENT_LOGGER,
} from '../../runtime/index.js';
import { faultText } from '../result-text.js';
import type { TurnMetadata } from '../tool.js';
import { dataUrl, pictureKind, pictureProblem, pictureSize } from './data-url.js';
import type { Eyes, GetImageUrl } from './picture-source.js';
import { cameraWays, dshowCameras, type PictureWay, screenWays, shrinkWay } from './picture-ways.js';
import { runPictureProgram } from './run-picture-program.js';

/** What the settings say of pictures. */
export interface EyesSettings {
  /** Number, path or name of the camera. @default the first */
  readonly camera?: string | undefined;
  /** Programs of the user's own by source, which write a picture to standard output; also for `camera` and `screenshot`. */
  readonly commands?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Longest side of a picture that a program takes, pixels. @default 1280 */
  readonly maxSide?: number | undefined;
  /** @default 4194304 */
  readonly maxBytes?: number | undefined;
  /** Until there is a picture. @default 10000 */
  readonly timeoutMs?: number | undefined;
}

export interface EyesPorts {
  readonly clock: Clock;
  readonly host: ProgramHost;
  readonly log?: Logger;
  /** Asked first: the page's camera, a phone, a virtual world. @default none */
  readonly getImageUrl?: GetImageUrl;
}

const DEFAULTS = { maxSide: 1280, maxBytes: 4 * 1024 * 1024, timeoutMs: 10_000 };
const LIST_TIMEOUT_MS = 5000;
const STANDARD_SOURCES = ['camera', 'screenshot'];

/** Eyes that look through the hook first, and then with the programs of this machine. */
export function createEyes(settings: EyesSettings, ports: EyesPorts): Eyes {
  return new MachineEyes(settings, ports);
}

class MachineEyes implements Eyes {
  readonly #settings: EyesSettings;
  readonly #ports: EyesPorts;
  readonly #maxSide: number;
  readonly #maxBytes: number;
  readonly #timeoutMs: number;
  readonly #log: Logger;

  constructor(settings: EyesSettings, ports: EyesPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#maxSide = settings.maxSide ?? DEFAULTS.maxSide;
    this.#maxBytes = settings.maxBytes ?? DEFAULTS.maxBytes;
    this.#timeoutMs = settings.timeoutMs ?? DEFAULTS.timeoutMs;
    this.#log = ports.log ?? SILENT_LOGGER;
  }

  get sources(): readonly string[] {
    return [...new Set([...STANDARD_SOURCES, ...Object.keys(this.#settings.commands ?? {})])];
  }

  async look(source: string, metadata: TurnMetadata, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    const end = new AbortController();
    const late = fault(
      `Expected a picture from ${shown(source)} within ${this.#timeoutMs / 1000} s, got none. Try again, or set tools.vision.timeoutMs higher.`,
    );
    const timer = this.#ports.clock.after(this.#timeoutMs, () => end.abort(late));
    const linked = linkedSignal(end.signal, ...(signal === undefined ? [] : [signal]));
    try {
      const given = await this.#fromHook(source, metadata, linked.signal);
      return given ?? (await this.#fromMachine(source, linked.signal));
    } finally {
      timer.cancel();
      linked.release();
    }
  }

  async #fromHook(source: string, metadata: TurnMetadata, signal: AbortSignal): Promise<string | undefined> {
    const { getImageUrl } = this.#ports;
    if (getImageUrl === undefined) return undefined;
    let url: string | undefined;
    try {
      const asked = Promise.resolve().then(() => getImageUrl(source, metadata, signal));
      url = await orAborted(asked, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw fault(`The hook that gives pictures failed for ${shown(source)}: ${faultText(error)}`, error);
    }
    if (url === undefined) return undefined;
    const problem = pictureProblem(url, this.#maxBytes);
    if (problem === undefined) return url;
    throw fault(
      `Expected from the hook for ${shown(source)} an http(s) address or a picture (PNG, JPEG, WebP, GIF) as data URL of at most ${this.#maxBytes} bytes, got ${problem}.`,
    );
  }

  async #fromMachine(source: string, signal: AbortSignal): Promise<string> {
    const ways = await this.#waysOf(source);
    const faults: string[] = [];
    for (const way of ways) {
      const file = /[\\/]/.test(way.program) ? way.program : await this.#ports.host.find(way.program);
      signal.throwIfAborted();
      if (file === undefined) continue;
      try {
        return await this.#taken({ way, file, signal });
      } catch (error) {
        signal.throwIfAborted();
        this.#log.debug(
          { source, program: way.program, error: faultText(error) },
          'A program took no picture',
        );
        faults.push(`${way.program}: ${faultText(error)}`);
      }
    }
    if (faults.length > 0)
      throw fault(
        `No picture could be taken from ${shown(source)}. ${faults.join('; ')}${adviceFor(source)}`,
      );
    const packages = [...new Set(ways.map((way) => way.package))];
    throw fault(
      `No program that takes a picture from ${shown(source)} was found. Install ${packages.join(' or ')}.`,
    );
  }

  /** @throws {DeviceError} */
  async #waysOf(source: string): Promise<readonly PictureWay[]> {
    const { host } = this.#ports;
    const command = this.#settings.commands?.[source];
    const [program, ...args] = command ?? [];
    if (program !== undefined) return [{ program, args: () => args, writes: 'stdout', package: program }];
    if (source === 'camera') {
      const device =
        this.#settings.camera ?? (host.platform === 'win32' ? await this.#firstCamera() : undefined);
      return cameraWays(host.platform, { maxSide: this.#maxSide, device });
    }
    if (source === 'screenshot') {
      const ways = screenWays(host, { maxSide: this.#maxSide, device: undefined });
      if (ways.length > 0) return ways;
      throw fault(
        'There is no screen to be seen: neither DISPLAY nor WAYLAND_DISPLAY is set. Start the bridge within a desktop session.',
      );
    }
    const near = nearestName(source, this.sources);
    throw fault(
      `There is no source of pictures called ${shown(source)}. ${near === undefined ? `There are: ${this.sources.join(', ')}.` : `Did you mean ${near}?`}`,
    );
  }

  async #firstCamera(): Promise<string | undefined> {
    const { host } = this.#ports;
    const ffmpeg = await host.find('ffmpeg');
    if (ffmpeg === undefined) return undefined;
    const args = ['-hide_banner', '-list_devices', 'true', '-f', 'dshow', '-i', 'dummy'];
    const [first] = dshowCameras((await host.run(ffmpeg, args, { timeoutMs: LIST_TIMEOUT_MS })).stderr);
    if (first === undefined)
      throw fault('Windows has no camera. Connect one, or name it with tools.vision.camera.');
    return first;
  }

  async #taken(run: {
    readonly way: PictureWay;
    readonly file: string;
    readonly signal: AbortSignal;
  }): Promise<string> {
    const { host, clock } = this.#ports;
    const bytes = await runPictureProgram({ host, clock, ...run });
    const kind = pictureKind(bytes);
    if (kind === undefined)
      throw new Error(bytes.byteLength === 0 ? 'it gave nothing' : 'what it gave is no picture');
    const { width = 0, height = 0 } = pictureSize(bytes) ?? {};
    const isLarge = Math.max(width, height) > this.#maxSide || bytes.byteLength > this.#maxBytes;
    return isLarge ? this.#shrunk(bytes, kind, run.signal) : dataUrl(bytes, kind);
  }

  /** Some programs cannot make a picture smaller by themselves. */
  async #shrunk(bytes: Uint8Array, kind: string, signal: AbortSignal): Promise<string> {
    const { host, clock } = this.#ports;
    const way = shrinkWay(this.#maxSide);
    const file = await host.find(way.program);
    if (file !== undefined) {
      const small = await runPictureProgram({ host, clock, file, way, signal, input: bytes });
      if (pictureKind(small) === 'image/jpeg' && small.byteLength <= this.#maxBytes)
        return dataUrl(small, 'image/jpeg');
    }
    if (bytes.byteLength <= this.#maxBytes) return dataUrl(bytes, kind);
    throw new Error(
      `the picture has ${bytes.byteLength} bytes, more than ${this.#maxBytes}; install ffmpeg, which makes it smaller`,
    );
  }
}

function fault(message: string, cause?: unknown): DeviceError {
  return new DeviceError('BRIDGE_ERR_VISION', message, { retryable: true, cause });
}

function adviceFor(source: string): string {
  return source === 'camera'
    ? '. Connect a camera, close what else uses it, or name it with tools.vision.camera.'
    : '';
}

/** The model made the name up. */
function shown(source: string): string {
  return JSON.stringify(source.slice(0, 40));
}
