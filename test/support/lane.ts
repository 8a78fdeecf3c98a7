import {
  AvatarLane,
  type AvatarLaneOptions,
  type OpenStreamOptions,
  type SpeechStream,
  type Utterance,
  type UtteranceEnd,
} from '../../src/avatar/index.js';
import { PaceScheduler } from '../../src/pacing/index.js';
import { FakeClock } from '../../src/runtime/index.js';
import { FakeConnection, type FakeConnectionOptions } from './fake-connection.js';

export const LATENCY_MS = 45;

/** A lane on a clock of its own, with all it tells. */
export function makeLane(options: Partial<AvatarLaneOptions> = {}) {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const scheduler = new PaceScheduler(clock, (error) => errors.push(error));
  const lane = new AvatarLane({
    name: 'test',
    model: '0',
    carriesSound: true,
    latencyMs: LATENCY_MS,
    queueMessages: 5,
    queuePolicy: 'fail',
    clock,
    scheduler,
    observer: { unitSent: () => {}, underrunExpected: () => {}, soundDropped: () => {} },
    ...options,
  });
  const states: string[] = [];
  const warnings: string[] = [];
  const messages: string[] = [];
  lane.events.on('stateChange', ({ status }) => states.push(status));
  lane.events.on('warning', ({ code }) => warnings.push(code));
  lane.events.on('message', ({ text }, isEcho) => messages.push(`${isEcho ? '<' : ''}${text}`));
  const connect = (more: Partial<FakeConnectionOptions> = {}): FakeConnection => {
    const connection = new FakeConnection({ clock, ...more });
    lane.attach(connection);
    return connection;
  };
  /** A connection whose model is there and whose first second is over. */
  const connectReady = async (more: Partial<FakeConnectionOptions> = {}): Promise<FakeConnection> => {
    const connection = connect(more);
    await clock.advanceAsync(2000);
    connection.sent.length = 0;
    return connection;
  };
  return { clock, scheduler, lane, states, warnings, messages, errors, connect, connectReady };
}

export const STREAM: OpenStreamOptions = {
  kind: 'recorded',
  mode: 'file',
  leadMs: 100,
  aheadMs: 2000,
  readyTimeoutMs: 10_000,
};

/** Collects how an utterance went. */
export function watch(utterance: Utterance) {
  const seen: {
    end: UtteranceEnd | undefined;
    startedAtMs: number | undefined;
    ties: number[];
    credits: number[];
    ends: number;
  } = { end: undefined, startedAtMs: undefined, ties: [], credits: [], ends: 0 };
  utterance.events.on('ended', (end) => {
    seen.end = end;
    seen.ends++;
  });
  utterance.events.on('started', (heardAtMs) => {
    seen.startedAtMs = heardAtMs;
  });
  utterance.events.on('tiedSent', ({ tieId }) => seen.ties.push(tieId));
  utterance.events.on('credit', (acceptedBytes) => seen.credits.push(acceptedBytes));
  return seen;
}

/** Loud samples of `durationMs`. */
export function sound(durationMs: number): Uint8Array {
  return new Uint8Array(durationMs * 32).fill(0x31);
}

export function speak(stream: SpeechStream, durationMs: number): void {
  stream.push(sound(durationMs));
  stream.end();
}
