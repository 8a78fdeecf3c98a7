import { SoundRecorder, VOICE_FRAME_BYTES, VoiceFeed } from '../../audio/index.js';
import { anySignal, ConfigError, SystemClock } from '../../runtime/index.js';
import { type CommandContext, textArg } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { levelLine } from '../level-line.js';
import { numberArg } from '../numbers.js';
import { PcmOutput } from '../pcm-output.js';
import { printableJson } from '../printable.js';
import { StatusLine } from '../status-line.js';
import { openMicrophone, type VoiceSource } from '../voice-source.js';

/** Where the sound goes. */
interface Sink {
  /** @returns false when it was dropped. */
  write(pcm: Uint8Array): boolean;
  close(): Promise<void>;
}

const FRAMES_PER_SECOND = 50;
const DAY_SECONDS = 86_400;

/** `listen [FILE]`: records the microphone of this machine to a WAV file, or raw to standard output. */
export async function listen(context: CommandContext): Promise<number> {
  const file = textArg(context.args, 'file') ?? '-';
  const seconds = numberArg(context.args, 'seconds', { min: 0.02, max: DAY_SECONDS, unit: 's' });
  if (file === '-') checkOutput(context);
  const recording = new Recording(context, file, seconds);
  return recording.run();
}

/** @throws {ConfigError} BRIDGE_ERR_USAGE */
function checkOutput({ args, io }: CommandContext): void {
  const isTerminal = 'isTTY' in io.stdout && io.stdout.isTTY === true;
  const problem = isTerminal ? 'a terminal cannot show sound' : '--json needs standard output for itself';
  if (!isTerminal && args['json'] !== true) return;
  throw new ConfigError('BRIDGE_ERR_USAGE', `Expected a file to record to: ${problem}`);
}

class Recording {
  readonly #context: CommandContext;
  readonly #file: string;
  readonly #limitFrames: number;
  readonly #clock = new SystemClock();
  readonly #meter = new VoiceFeed({ gate: { by: 'off' } });
  readonly #over: Promise<void>;
  #finish: () => void = () => {};
  #sink: Sink | undefined;
  #frames = 0;
  #droppedFrames = 0;
  #peakDbfs = Number.NEGATIVE_INFINITY;

  constructor(context: CommandContext, file: string, seconds: number | undefined) {
    this.#context = context;
    this.#file = file;
    this.#limitFrames =
      seconds === undefined ? Number.POSITIVE_INFINITY : Math.round(seconds * FRAMES_PER_SECOND);
    this.#over = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  async run(): Promise<number> {
    const { io } = this.#context;
    const stopped = anySignal(io.drain, io.quit);
    stopped.addEventListener('abort', this.#finish, { once: true });
    const line = this.#statusLine();
    let source: VoiceSource | undefined;
    try {
      source = await openMicrophone({
        context: this.#context,
        clock: this.#clock,
        signal: stopped,
        say: (text) => line.say(text),
      });
      // Not before there is sound: a microphone that does not work must not cost an older recording.
      const sink = this.#file === '-' ? new PcmOutput(io.stdout) : await SoundRecorder.create(this.#file);
      this.#sink = sink;
      source.start((frame) => this.#take(frame, sink));
      line.say(`Recording ${source.label}${this.#file === '-' ? '' : ` to ${this.#file}`}`);
      line.start();
      await Promise.race([this.#over, source.ended]);
    } catch (error) {
      if (!stopped.aborted) throw error;
    } finally {
      line.close();
      await source?.close();
      // A reader that is gone takes nothing more.
      if (!io.quit.aborted || this.#file !== '-') await this.#sink?.close();
    }
    this.#report(source);
    return EXIT.ok;
  }

  #take(frame: Uint8Array, sink: Sink): void {
    if (this.#frames >= this.#limitFrames) return;
    this.#meter.pass(frame);
    this.#frames++;
    if (!sink.write(frame)) this.#droppedFrames++;
    if (this.#frames === this.#limitFrames) this.#finish();
  }

  #statusLine(): StatusLine {
    return new StatusLine({
      context: this.#context,
      clock: this.#clock,
      draw: (columns) => levelLine({ meter: this.#look(), notes: [`${this.#seconds} s`], columns }),
      summary: () => `${this.#seconds} s, ${Math.round(this.#look().levelDbfs)} dBFS`,
    });
  }

  #look(): ReturnType<VoiceFeed['meter']> {
    const meter = this.#meter.meter();
    this.#peakDbfs = Math.max(this.#peakDbfs, meter.peakDbfs);
    return meter;
  }

  get #seconds(): string {
    return (this.#frames / FRAMES_PER_SECOND).toFixed(1);
  }

  #report(source: VoiceSource | undefined): void {
    this.#look();
    const seconds = (this.#frames * VOICE_FRAME_BYTES) / 32_000;
    const peakDbfs = Math.round(this.#peakDbfs * 10) / 10;
    const droppedMs = this.#droppedFrames * 20;
    const restarts = source?.restarts ?? 0;
    if (this.#context.args['json'] === true) {
      const report = { file: this.#file, seconds, frames: this.#frames, droppedMs, restarts, peakDbfs };
      this.#context.print(printableJson(report));
      return;
    }
    this.#context.say(`Recorded ${seconds} s, peak ${peakDbfs} dBFS`);
    if (droppedMs > 0) this.#context.say(`${droppedMs} ms were dropped: the output is too slow`);
  }
}
