import {
  createLipsDriver,
  type LipsDriver,
  type LipsDriverOptions,
  type TimedPhoneme,
} from '../../../src/lipsync/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { LipMotion, MOTION_FRAME_MS } from '../../../src/simulator/lip-motion.js';
import {
  CLOSED_MOUTH,
  type MouthWeights,
  mouthOfPhoneme,
  mouthOpening,
} from '../../../src/simulator/lip-table.js';

export interface Handed {
  readonly message: string;
  readonly list: string;
  readonly handedAtMs: number;
  readonly actAtMs: number;
}

/** `name,ms,…` as phonemes from a position on. */
export function phonemes(list: string, fromMs = 0): TimedPhoneme[] {
  const tokens = list.split(',');
  let atMs = fromMs;
  return Array.from({ length: tokens.length / 2 }, (_, index) => {
    const startMs = atMs;
    atMs += Number(tokens[index * 2 + 1]);
    return { phoneme: tokens[index * 2] ?? '', startMs, endMs: atMs };
  });
}

/** The durations of a list, and their sum. */
export function durations(list: string): number[] {
  return list
    .split(',')
    .filter((_, index) => index % 2 === 1)
    .map(Number);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A driver on a clock of its own, and the mouth that MMDAgent-EX would show for what it sends. */
export function driverRig(options: Partial<LipsDriverOptions> = {}) {
  const clock = new FakeClock();
  const handed: Handed[] = [];
  const failures: unknown[] = [];
  let heardAt: (positionMs: number) => number | undefined = (positionMs) => 1000 + positionMs;
  let refuses: (message: string) => Error | undefined = () => undefined;
  const driver: LipsDriver = createLipsDriver({
    clock,
    model: '0',
    timeline: { heardAtMs: (positionMs) => heardAt(positionMs) },
    send: (message, actAtMs = clock.nowMs()) => {
      const refusal = refuses(message);
      if (refusal !== undefined) return Promise.reject(refusal);
      const list = message.split('|')[2] ?? '';
      handed.push({ message, list, handedAtMs: clock.nowMs(), actAtMs });
      // The daemon answers when it has left.
      return new Promise((resolve) => clock.after(Math.max(0, actAtMs - clock.nowMs()), resolve));
    },
    ...options,
  });
  driver.events.on('failed', (error) => failures.push(error));
  return {
    clock,
    driver,
    handed,
    failures,
    /** The sound: when a position is heard. */
    hearAt: (time: (positionMs: number) => number | undefined) => {
      heardAt = time;
    },
    /** Messages whose list matches are not sent; undefined: all are again. */
    refuse: (error: Error | undefined, which = /./) => {
      refuses = (message) => (which.test(message.split('|')[2] ?? '') ? error : undefined);
    },
    stop: async () => {
      const stopped = driver.stop();
      await clock.advanceAsync(1000);
      await stopped;
    },
    mouthAt: (timeMs: number) => mouthAt(handed, timeMs),
    openingAt: (timeMs: number) => mouthOpening(mouthAt(handed, timeMs)),
  };
}

/** What MMDAgent-EX shows at a time when each message takes over at its own. */
function mouthAt(handed: readonly Handed[], timeMs: number): MouthWeights {
  const acted = handed.filter(({ actAtMs }) => actAtMs <= timeMs).sort((a, b) => a.actAtMs - b.actAtMs);
  let shown = CLOSED_MOUTH;
  for (const [index, { list, actAtMs }] of acted.entries()) {
    const motion = new LipMotion(list, shown);
    const elapsedMs = Math.min(acted[index + 1]?.actAtMs ?? timeMs, timeMs) - actAtMs;
    // A motion that runs out on a vowel leaves it as it stood before the last key, for ever [measured].
    const endMs = endsOpen(list) ? motion.durationMs - 2 * MOTION_FRAME_MS : motion.durationMs;
    shown = motion.at(Math.min(elapsedMs, endMs));
  }
  return shown;
}

function endsOpen(list: string): boolean {
  return mouthOpening(mouthOfPhoneme(list.split(',').at(-2) ?? '')) > 0;
}
