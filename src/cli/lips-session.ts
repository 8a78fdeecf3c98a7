import type { SoundSource } from '../audio/index.js';
import type { LipsLink } from '../client/index.js';
import type { Playback, PlaybackOptions } from '../devices/index.js';
import { createLipsDriver, type LipsDriver, SoundMouth } from '../lipsync/index.js';
import { anySignal, type Clock, errorText, isAbortError, sleep } from '../runtime/index.js';
import type { CommandContext } from './context.js';
import { ESTIMATED_RATE_HZ, estimateLips, finishEstimate } from './estimate-lips.js';
import type { LipsSource } from './lips-source.js';
import { LocalPlayer } from './local-player.js';
import { PLAYER_KEYS_HELP, playerKeys } from './player-keys.js';
import { printableJson } from './printable.js';
import type { PlayableSound } from './read-ahead.js';
import { StatusLine } from './status-line.js';

/** What tests give in place of the machine. */
export interface LipsyncParts {
  readonly clock: Clock;
  readonly openPlayback: (options: Omit<PlaybackOptions, 'clock' | 'host'>) => Promise<Playback>;
}

export type LipsEnd = 'completed' | 'stopped' | 'interrupted';

/** MMDAgent-EX fades the first shapes in for a third of a second: it begins in the silence before the sound. */
const PRE_ROLL_MS = 400;
/** A busy machine does not run dry so soon; a pause or seek takes as long. */
const LEAD_MS = 200;
/** Of a stream without timings so much is awaited before it is heard, so that the mouth knows what comes. */
const STREAM_FILL_MS = 500;
const STREAM_AHEAD_MS = 1000;
/** The last part is held for 200 ms; it may take a look more to see that it is over. */
const CLOSING_MS = 400;

export interface LipsSessionOptions {
  readonly context: CommandContext;
  readonly parts: LipsyncParts;
  readonly file: string;
  readonly source: LipsSource;
  readonly link: LipsLink;
  /** Open already, to be played. */
  readonly sound: SoundSource;
  /** Of `sound`: what is played. A stream without timings is heard by the estimator too and has its rate. */
  readonly sampleRateHz: number;
  readonly open: (sampleRateHz: number) => Promise<SoundSource>;
  readonly fromMs: number;
}

/** One sound that is played here while the lips of an avatar follow it. */
export class LipsSession {
  readonly #options: LipsSessionOptions;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #driver: LipsDriver;
  readonly #line: StatusLine;
  #player: LocalPlayer | undefined;
  #reason: LipsEnd | 'failed' = 'completed';
  #hasFailed = false;
  #isUnknownTold = false;

  constructor(options: LipsSessionOptions) {
    const { context, parts, file, source, link } = options;
    this.#options = options;
    this.#clock = parts.clock;
    this.#driver = createLipsDriver({
      clock: parts.clock,
      timeline: { heardAtMs: (positionMs) => this.#player?.heardAtMs(positionMs) },
      model: link.model,
      names: source.names,
      keepsHeard: file !== '-',
      send: async (message, actAtMs) => {
        await link.send(message, actAtMs);
        this.#hasFailed = false;
      },
    });
    link.onMessage = (type, args) => this.#driver.received(type, args);
    this.#driver.events.on('failed', (error) => this.#sendFailed(error));
    this.#line = new StatusLine({
      context,
      clock: parts.clock,
      draw: (columns) => this.#state().slice(0, columns - 1),
      summary: () => this.#state(),
    });
  }

  /** @throws {DeviceError} the loudspeaker; {BridgeError} the avatar is gone; {RequestError} the sound. The mouth is closed then too. */
  async run(): Promise<LipsEnd> {
    const { context, parts, fromMs, link, sampleRateHz } = this.#options;
    const { config } = context.resolved;
    const ending = anySignal(context.io.drain, context.io.quit);
    const playback = await parts.openPlayback({
      backend: config.outputBackend,
      device: config.outputDevice,
      sampleRateHz,
      leadMs: LEAD_MS,
      volume: config.volumePercent / 100,
      signal: ending,
    });
    const player = this.#playerOn(playback);
    const offs = [this.#stopOn(ending), this.#keys(player)];
    try {
      this.#say(playback, offs[1] !== undefined);
      const estimated = this.#feed(player);
      const played = player.run(fromMs);
      played.catch(() => {});
      const halted = this.#halted(player);
      const end = await Promise.race([played, link.failed, estimated, halted]);
      // Timings that are longer than the sound move no lips after it.
      if (end === 'completed') await Promise.race([this.#driver.whenDone(), this.#wait(CLOSING_MS)]);
    } catch (error) {
      // Reading the sound is ended by the same Ctrl-C.
      if (!this.#stop.signal.aborted || !isAbortError(error)) {
        this.#reason = 'failed';
        throw error;
      }
    } finally {
      for (const off of offs) off?.();
      this.#stop.abort();
      this.#line.close();
      await this.#end(player, playback);
    }
    return this.#reason === 'failed' ? 'stopped' : this.#reason;
  }

  #playerOn(playback: Playback): LocalPlayer {
    const { file, source, sound, sampleRateHz, open } = this.#options;
    const isStream = file === '-';
    const estimator = isStream && source.phonemes === undefined ? new SoundMouth() : undefined;
    const player = new LocalPlayer({
      playback,
      clock: this.#clock,
      open: () => open(sampleRateHz),
      first:
        estimator === undefined ? sound : endTelling(sound, () => finishEstimate(estimator, this.#driver)),
      canSeek: !isStream,
      durationMs: sound.durationMs,
      preRollMs: PRE_ROLL_MS,
      ...(estimator === undefined
        ? {}
        : {
            aheadMs: STREAM_AHEAD_MS,
            fillMs: STREAM_FILL_MS,
            onSound: (pcm) => this.#driver.append(estimator.push(pcm)),
          }),
    });
    player.events.on('moving', (positionMs) => this.#driver.start(positionMs));
    player.events.on('standing', (atMs) => void this.#driver.pause(atMs));
    this.#player = player;
    return player;
  }

  /** Gives the driver its phonemes. Settles only by throwing, where the sound cannot be read. */
  async #feed(player: LocalPlayer): Promise<never> {
    const { file, source, open } = this.#options;
    if (source.phonemes !== undefined) {
      this.#driver.append(source.phonemes);
      this.#driver.finish();
      this.#tellUnknown();
    } else if (file !== '-') {
      const positionMs = (): number => player.targetMs(this.#clock.nowMs());
      const { signal } = this.#stop;
      const sound = await open(ESTIMATED_RATE_HZ);
      await estimateLips({ sound, driver: this.#driver, clock: this.#clock, positionMs, signal });
    }
    return new Promise<never>(() => {});
  }

  /** Resolves when the user ends it. */
  #halted(player: LocalPlayer): Promise<'stopped'> {
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      const onAbort = (): void => {
        // The mouth closes while the sound fades.
        void this.#driver.stop();
        void player.stop().catch(() => {});
        resolve('stopped');
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  async #wait(ms: number): Promise<void> {
    await sleep(this.#clock, ms, this.#stop.signal).catch(() => {});
  }

  #stopOn(signal: AbortSignal): () => void {
    const onAbort = (): void => this.#endBy('interrupted');
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    return () => signal.removeEventListener('abort', onAbort);
  }

  #endBy(reason: LipsEnd): void {
    if (this.#stop.signal.aborted) return;
    this.#reason = reason;
    this.#stop.abort();
  }

  #keys(player: LocalPlayer): (() => void) | undefined {
    const { context, file } = this.#options;
    if (file === '-' || context.args['json'] === true) return undefined;
    return playerKeys({
      context,
      player,
      nowMs: () => this.#clock.nowMs(),
      onStop: () => this.#endBy('stopped'),
      onInterrupt: () => this.#endBy('interrupted'),
    });
  }

  async #end(player: LocalPlayer, playback: Playback): Promise<void> {
    const [heardMs] = await Promise.all([player.stop().catch(() => 0), this.#mouthClosed()]);
    this.#options.link.close();
    this.#tellUnknown();
    this.#report(playback, heardMs);
  }

  /** A daemon that does not answer keeps nobody who presses Ctrl-C again. */
  #mouthClosed(): Promise<void> {
    const { quit } = this.#options.context.io;
    return new Promise((resolve) => {
      void this.#driver.stop().then(resolve);
      if (quit.aborted) resolve();
      else quit.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #report(playback: Playback, heardMs: number): void {
    const { context, file, link, source } = this.#options;
    const { parts, lateParts, failedParts, reanchors, starts } = this.#driver.counts;
    const { isClosed } = this.#driver;
    if (context.args['json'] === true) {
      const report = {
        file,
        lane: link.lane,
        model: link.model,
        heardMs: Math.round(heardMs),
        parts,
        lateParts,
        failedParts,
        reanchors,
        underruns: playback.underruns,
        isClosed,
        unknownPhonemes: Object.fromEntries(source.names.unknown),
        reason: this.#reason,
      };
      context.print(printableJson(report));
      return;
    }
    const word = this.#reason === 'completed' ? 'played' : this.#reason;
    context.say(`${file}: ${word}, ${seconds(heardMs)} s`);
    if (playback.underruns > 0)
      context.say(`${file}: the loudspeaker ran dry ${playback.underruns} times; the lips followed`);
    if (!isClosed)
      context.say(`${file}: the mouth could not be closed and may stay open on lane ${link.lane}`);
    if (parts > 0 && starts === 0)
      context.say(
        `${file}: MMDAgent-EX moved no lips; is there a model "${link.model}"? --model names another`,
      );
  }

  #say(playback: Playback, hasKeys: boolean): void {
    const { context, file, source, link } = this.#options;
    const keys = hasKeys ? `; keys: ${PLAYER_KEYS_HELP}` : '';
    const device = playback.device === undefined ? '' : ` on ${playback.device}`;
    context.say(
      `${file}: playing with ${playback.backend}${device}; the lips of model ${link.model} on lane ${link.lane} follow ${source.label}${keys}`,
    );
    this.#line.start();
  }

  #state(): string {
    const { file, link } = this.#options;
    const player = this.#player;
    const positionMs = player?.positionMs(this.#clock.nowMs()) ?? 0;
    const paused = player?.isPaused === true ? ', paused' : '';
    const failed = this.#hasFailed ? `, lane ${link.lane} takes no lips` : '';
    return `${file}: ${seconds(positionMs)} s heard${paused}${failed}`;
  }

  #sendFailed(error: unknown): void {
    if (!this.#hasFailed) this.#line.say(`${errorText(error)}; the sound goes on without lips`);
    this.#hasFailed = true;
  }

  /** Once, when all names were seen. */
  #tellUnknown(): void {
    const { unknown, table } = this.#options.source.names;
    if (unknown.size === 0 || this.#isUnknownTold) return;
    this.#isUnknownTold = true;
    const names = [...unknown].slice(0, 10).map(([name, count]) => `${JSON.stringify(name)} ${count} ×`);
    this.#line.say(
      `warning: phonemes that are not known were shown as something near or ${table.closedName}: ${names.join(', ')}`,
    );
  }
}

/** A sound that tells when it has been read to its end. */
function endTelling(sound: SoundSource, onEnd: () => void): PlayableSound {
  return {
    frames: async function* () {
      yield* sound.frames();
      onEnd();
    },
    close: () => sound.close(),
  };
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
