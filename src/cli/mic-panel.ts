import { MAX_GAIN_DB, MIN_GAIN_DB, type VoiceFeed } from '../audio/index.js';
import type { Clock } from '../runtime/index.js';
import type { CommandContext } from './context.js';
import { HoldKey } from './hold-key.js';
import { type Keyboard, openKeyboard } from './keyboard.js';
import { levelLine } from './level-line.js';
import { printableJson } from './printable.js';

import { StatusLine } from './status-line.js';
import type { VoicePath } from './voice-path.js';
import type { VoiceSource } from './voice-source.js';

export interface MicPanelOptions {
  readonly context: CommandContext;
  readonly clock: Clock;
  readonly feed: VoiceFeed;
  /** False where standard input is the sound. */
  readonly hasKeyboard: boolean;
  /** `q`, or the first Ctrl-C where it comes as a key. */
  readonly stop: AbortController;
  /** The second. */
  readonly quit: AbortController;
}

/** What is still at work when the panel starts. */
interface Parts {
  readonly source: VoiceSource;
  readonly stream: VoicePath;
  readonly startedAtMs: number;
}

const GAIN_STEP_DB = 1;
const CTRL_C = '\u0003';

/** What the user of `mic` sees and presses: level line, keys, report. */
export class MicPanel {
  readonly #options: MicPanelOptions;
  readonly #line: StatusLine;
  readonly #talkKey: HoldKey;
  #keyboard: Keyboard | undefined;
  #parts: Parts | undefined;
  #endedAtMs: number | undefined;

  constructor(options: MicPanelOptions) {
    const { context, clock, feed } = options;
    this.#options = options;
    this.#line = new StatusLine({
      context,
      clock,
      draw: (columns) => levelLine({ meter: feed.meter(), notes: this.#notes(), columns }),
      summary: () => this.#summary(),
    });
    this.#talkKey = new HoldKey(clock, (isHeld) => {
      feed.isTalking = isHeld;
    });
  }

  start(source: VoiceSource, stream: VoicePath): void {
    const { clock, feed } = this.#options;
    this.#parts = { source, stream, startedAtMs: clock.nowMs() };
    this.#openKeyboard();
    const keys = this.#keyboard === undefined ? '' : `; keys: ${talkHelp(feed)}m mute, + - gain, q end`;
    this.say(`Passing ${source.label} on to lane ${stream.lane}${keys}`);
    this.#line.start();
  }

  /** The time counts to here; what follows is the end of what the avatar has to say. */
  soundEnded(): void {
    this.#endedAtMs ??= this.#options.clock.nowMs();
  }

  say(text: string): void {
    this.#line.say(text);
  }

  /** How it was: one JSON object on stdout with --json, else a line. */
  report(stream: VoicePath, source: VoiceSource): void {
    const { context, feed } = this.#options;
    this.close();
    const openPercent = percent(feed.openFrames, feed.frames);
    if (context.args['json'] === true) {
      const report = {
        lane: stream.lane,
        seconds: this.#seconds,
        frames: feed.frames,
        droppedMs: stream.droppedMs,
        restarts: source.restarts,
        reopened: stream.reopened,
        clippedSamples: feed.clippedSamples,
        gateOpenPercent: openPercent,
        ...stream.lips,
      };
      context.print(printableJson(report));
      return;
    }
    context.say(`Passed ${this.#seconds} s: let through ${openPercent} %, dropped ${stream.droppedMs} ms`);
    if (feed.clippedSamples > 0)
      context.say(`${feed.clippedSamples} samples were too loud and cut; lower --gain-db`);
  }

  /** Idempotent. */
  close(): void {
    this.#keyboard?.close();
    this.#talkKey.release();
    this.#line.close();
  }

  #openKeyboard(): void {
    const { context, hasKeyboard } = this.#options;
    // Without a terminal to show what they did, keys would act unseen.
    if (!hasKeyboard || !context.io.isTerminal) return;
    this.#keyboard = openKeyboard(context.io.stdin, (key) => this.#pressed(key));
  }

  #pressed(key: string): void {
    const { feed, stop, quit } = this.#options;
    if (key === ' ') this.#talkKey.press();
    else if (key === 'm') feed.isMuted = !feed.isMuted;
    else if (key === '+' || key === '=') this.#louder(GAIN_STEP_DB);
    else if (key === '-') this.#louder(-GAIN_STEP_DB);
    else if (key === 'q' || key === CTRL_C) {
      if (stop.signal.aborted) quit.abort();
      else stop.abort();
    }
  }

  #louder(stepDb: number): void {
    const { feed } = this.#options;
    feed.gainDb = Math.max(MIN_GAIN_DB, Math.min(MAX_GAIN_DB, feed.gainDb + stepDb));
  }

  get #seconds(): number {
    if (this.#parts === undefined) return 0;
    const untilMs = this.#endedAtMs ?? this.#options.clock.nowMs();
    return Math.round((untilMs - this.#parts.startedAtMs) / 100) / 10;
  }

  #notes(): string[] {
    const { feed } = this.#options;
    const notes = [gateWord(feed).padEnd(6)];
    if (feed.gainDb !== 0) notes.push(`${feed.gainDb > 0 ? '+' : ''}${feed.gainDb} dB`);
    if (this.#parts === undefined) return notes;
    const { source, stream } = this.#parts;
    if (this.#endedAtMs !== undefined) return [...notes, 'ending'];
    if (!source.isRunning) notes.push('no sound from the microphone');
    if (!stream.isSpeaking) notes.push(`waiting for lane ${stream.lane}`);
    else if (stream.lagMs !== undefined) notes.push(`lag ${Math.round(stream.lagMs)} ms`);
    if (stream.droppedMs > 0) notes.push(`dropped ${stream.droppedMs} ms`);
    if (feed.clippedSamples > 0) notes.push(`${feed.clippedSamples} cut`);
    return notes;
  }

  #summary(): string {
    const { feed } = this.#options;
    const level = `${Math.round(feed.meter().levelDbfs)} dBFS`;
    const open = `let through ${percent(feed.openFrames, feed.frames)} %`;
    return [`${this.#seconds} s`, level, open, ...this.#notes().map((note) => note.trim())].join(', ');
  }
}

function talkHelp(feed: VoiceFeed): string {
  return feed.gate.by === 'push-to-talk' ? 'space (held) talk, ' : '';
}

function gateWord(feed: VoiceFeed): string {
  if (feed.isMuted) return 'muted';
  return feed.isOpen ? 'open' : 'closed';
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10;
}
